/** Percentiles of any number of values in little memory: exact for a few, otherwise within 1 %. */

/** Up to so many values are kept as they are. */
const mostKept = 128;
/** Each power of two is divided into so many classes: a value is at most 0.8 % from the middle of its class. */
const classesPerOctave = 64;
const octaveBits = 6;

export class Latencies {
  count = 0;
  private kept: number[] | undefined = [];
  private classes = new Uint32Array(0);
  private least = Number.POSITIVE_INFINITY;
  private most = 0;

  /** Not negative. */
  add(value: number): void {
    this.count++;
    if (value < this.least) this.least = value;
    if (value > this.most) this.most = value;
    if (this.kept === undefined) this.classify(value);
    else {
      this.kept.push(value);
      if (this.kept.length > mostKept) this.classifyKept();
    }
  }

  addAll(other: Latencies): void {
    if (other.kept) {
      for (const value of other.kept) this.add(value);
      return;
    }
    this.classifyKept();
    this.count += other.count;
    this.least = Math.min(this.least, other.least);
    this.most = Math.max(this.most, other.most);
    other.classes.forEach((times, at) => {
      this.grow(at);
      this.classes[at]! += times;
    });
  }

  /** By nearest rank; null without values. */
  percentile(share: number): number | null {
    if (this.count === 0) return null;
    const rank = Math.max(1, Math.ceil(share * this.count));
    if (this.kept) return this.kept.sort((a, b) => a - b)[rank - 1]!;
    let below = 0;
    const at = this.classes.findIndex((times) => {
      below += times;
      return below >= rank;
    });
    return Math.min(this.most, Math.max(this.least, middleOf(at)));
  }

  private classifyKept(): void {
    const { kept = [] } = this;
    this.kept = undefined;
    for (const value of kept) this.classify(value);
  }

  private classify(value: number): void {
    const at = classOf(value);
    this.grow(at);
    this.classes[at]!++;
  }

  private grow(at: number): void {
    if (at < this.classes.length) return;
    const classes = new Uint32Array(at + 1 + classesPerOctave);
    classes.set(this.classes);
    this.classes = classes;
  }
}

/** Whole numbers below two octaves' classes have one of their own. */
function classOf(value: number): number {
  const whole = Math.round(value);
  if (whole < 2 * classesPerOctave) return whole;
  if (whole < 2 ** 31) {
    const shift = 31 - Math.clz32(whole) - octaveBits;
    return shift * classesPerOctave + (whole >> shift);
  }
  const shift = Math.floor(Math.log2(whole)) - octaveBits;
  return shift * classesPerOctave + Math.floor(whole / 2 ** shift);
}

function middleOf(at: number): number {
  if (at < 2 * classesPerOctave) return at;
  const shift = Math.floor(at / classesPerOctave) - 1;
  const start = (at - shift * classesPerOctave) * 2 ** shift;
  return Math.floor(start + (2 ** shift - 1) / 2);
}
