const { execFileSync } = require('node:child_process');
const { join } = require('node:path');

/** Once before all tests: constructs find the handlers' bundles as they would in the package. */
module.exports = () => {
  const root = join(__dirname, '..', '..');
  execFileSync(process.execPath, [join(root, '.ci', 'bundle.mjs'), '--assets'], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
};
