/** Columns that the model reads, in the order of its inputs. `month` and `season` are left out: a winter model knows one of each. */
const NUMBERS = ['hr', 'workingday', 'temp', 'hum', 'windspeed'];
const WEATHER = ['clear', 'cloudy/misty', 'light rain/snow', 'heavy rain/snow'];

/** Hundredths of humidity and wind mean nothing here, and each of them is a place where a tree could learn noise. */
const STEPS = { hum: 10, windspeed: 10, temp: 25 };

/** One row as numbers. Throws for a value that is missing or not known: a model must not guess what was sent. */
export function featuresOf(row) {
  const numbers = NUMBERS.map((name) => {
    const value = row[name] === null || row[name] === undefined || row[name] === '' ? Number.NaN : Number(row[name]);
    if (!Number.isFinite(value)) throw new RangeError(`${name}: got ${JSON.stringify(row[name])}, expected a number`);
    const steps = STEPS[name];
    return steps === undefined ? value : Math.round(value * steps) / steps;
  });
  const weather = WEATHER.indexOf(row.weathersit);
  if (weather < 0) {
    throw new RangeError(`weathersit: got ${JSON.stringify(row.weathersit)}, expected one of ${WEATHER.join(', ')}`);
  }
  return [...numbers, weather];
}
