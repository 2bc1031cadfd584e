"""How a worker's process sets TensorFlow up."""

import tensorflow as tf


def configure_tensorflow() -> None:
    """Give TensorFlow one core, and no more of a GPU's memory than it uses.

    Call it before anything else in the process uses TensorFlow. One slot a core, each with one
    thread, trains more networks in a second than one process on all cores.

    Raises:
        RuntimeError: TensorFlow is already running with other settings.
    """
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    for gpu in tf.config.list_physical_devices("GPU"):
        tf.config.experimental.set_memory_growth(gpu, True)  # noqa: FBT003
