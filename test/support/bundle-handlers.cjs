const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

/** Once before all tests: constructs find the handlers' bundles as they would in the package. */
module.exports = () => {
  // The compile step has made them, and others read them meanwhile.
  if (process.env.MLP_BUNDLED) return;
  const root = join(__dirname, '..', '..');
  execFileSync(process.execPath, [join(root, '.ci', 'bundle.mjs'), '--assets'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};
