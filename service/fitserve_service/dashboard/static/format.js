// Numbers and times as people read them.

const NAMES = {
  loss: "loss", data_loss: "loss without penalty", accuracy: "accuracy", mse: "MSE on [0, 1]",
};

export function number(value, digits = 4) {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) return value.toExponential(digits - 2);
  return value.toFixed(digits);
}

/** A spread as mean ± std; a single run has no ±. */
export function meanStd(spread) {
  if (!spread) return "–";
  if (spread.std === null || spread.std === undefined) return number(spread.mean);
  // Both with the same decimals, so that they can be read together.
  const small = Math.abs(spread.mean) < 1e-3 || Math.abs(spread.mean) >= 1e5;
  return `${number(spread.mean)} ± ${small ? number(spread.std) : spread.std.toFixed(4)}`;
}

/** A figure's name with its part: `val_accuracy` is "validation accuracy". */
export function figureName(name) {
  const [, part, figure] = name.match(/^(val_|test_)?(.*)$/);
  const words = NAMES[figure] ?? figure.replaceAll("_", " ");
  return `${{ val_: "validation ", test_: "test " }[part] ?? ""}${words}`;
}

export function seconds(value) {
  if (value < 60) return `${value < 10 ? value.toFixed(1) : Math.round(value)} s`;
  if (value < 3600) return `${Math.round(value / 60)} min`;
  return `${(value / 3600).toFixed(1)} h`;
}

export function when(text) {
  return new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

export function configText(config) {
  const words = Object.entries(config).map(([path, value]) => `${path.split(".").pop()} ${valueText(value)}`);
  return words.join(" · ") || "all runs";
}

/** What a run is called within its cell; people count from 1. */
export function runText({ repetition, fold }) {
  return `repetition ${repetition + 1}${fold === null ? "" : `, fold ${fold + 1}`}`;
}

export function valueText(value) {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}

export function words(name) {
  return name.replaceAll("_", " ");
}
