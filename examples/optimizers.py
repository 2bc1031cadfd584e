"""Which optimizer fits Eckerle4 best? Several experiments at once, with the asynchronous client.

python examples/optimizers.py
"""

import asyncio

from fitserve import AsyncClient, Experiment

OPTIMIZERS = {"sgd": [0.1], "adam": [0.001], "rmsprop": [0.001], "lbfgs": None}


async def fit(client: AsyncClient, optimizer: str, rates: list[float] | None) -> Experiment:
    """Train two repetitions and return the experiment as it ended."""
    experiment = await client.experiments.create(
        name=f"Eckerle4 with {optimizer}",
        dataset="eckerle4",
        training={
            "optimizer": optimizer,
            "learning_rates": rates,
            "batch_size": None if rates is None else 2,
            "epochs": 150,
        },
        repetitions=2,
    )
    return await experiment.wait(progress=False)


async def main() -> None:
    """Fit with every optimizer at once, then print the tables."""
    async with AsyncClient() as client:
        fits = [fit(client, name, rates) for name, rates in OPTIMIZERS.items()]
        for experiment in await asyncio.gather(*fits):
            print(experiment.name)
            print(await experiment.table())


if __name__ == "__main__":
    asyncio.run(main())
