"""Where the exercise sheet says two things; the report of a reproduction lists them."""

KEPT_MODEL = (
    "The kept model is said to be the one with the lowest validation accuracy; the plots say best."
)
P_TEST_ACCURACY = "P's test accuracy is 0.9853 in the table and 0.9860 in the prose."
ECKERLE4_BATCH_SIZE = "The Eckerle4 code says batch size 1, the table's caption 2."
L2_TEXT = "The heading of the L2 experiment is followed by a text that says L1; its code says L2."
BIAS_UPDATE = (
    "The derivation of the worked example shows a bias gradient of 0 where its table shows -0.5."
)

CONTRADICTIONS = (KEPT_MODEL, P_TEST_ACCURACY, ECKERLE4_BATCH_SIZE, L2_TEXT, BIAS_UPDATE)
