"""How a worker's process sets TensorFlow up."""

import os

import tensorflow as tf

# XLA compiles a loop into one function of machine code where it reads and writes fewer bytes a turn
# than this; each turn of any other loop calls its operations one by one, which costs a short turn
# many times its work. The limit, 1 KiB by itself, must stay below that from which XLA gives a sum
# to YNNPACK (32 Ki numbers), which such a function cannot call (TensorFlow 2.21).
SHORT_LOOP_BYTES = 32 * 1024 * 4
XLA_FLAGS = (
    f"--xla_backend_extra_options=xla_cpu_small_while_loop_byte_threshold={SHORT_LOOP_BYTES}"
)


def configure_tensorflow(gpu: int | None = None) -> None:
    """Give TensorFlow one core and, of GPUs, one or none, with no more memory than it uses.

    Call it before anything else in the process uses TensorFlow. One slot a core, each with one
    thread, trains more networks in a second than one process on all cores.

    Args:
        gpu: the number of the GPU to train on; None to train on the CPU, whatever there is.

    Raises:
        RuntimeError: TensorFlow is already running with other settings.
        IndexError: there is no such GPU.
    """
    os.environ["XLA_FLAGS"] = f"{XLA_FLAGS} {os.environ.get('XLA_FLAGS', '')}".strip()
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    there = tf.config.list_physical_devices("GPU")
    own = [] if gpu is None else [there[gpu]]
    tf.config.set_visible_devices(own, "GPU")
    for each in own:
        tf.config.experimental.set_memory_growth(each, True)  # noqa: FBT003
