"""What benchmarks have in common: processes asked in turns, samples, results."""
