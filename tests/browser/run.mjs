// Runs one scenario: `node run.mjs NAME '{"width": 390, …}'`. Exits non-zero with what went wrong.

const [name, options = "{}"] = process.argv.slice(2);
const scenario = (await import(`./${name}.mjs`)).default;
try {
  await scenario(JSON.parse(options));
} catch (error) {
  console.error(error);
  process.exit(1);
}
