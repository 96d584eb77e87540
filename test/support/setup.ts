import * as fc from 'fast-check';

// Template validation has its own step in .ci/run; here it would cost seconds a stack.
process.env.CDK_VALIDATION = 'false';
process.env.JSII_DEPRECATED = 'quiet';
process.env.CHECKPOINT_DISABLE = '1';
// The same examples in every run: a test that fails here fails everywhere. Look for new ones with FAST_CHECK_SEED.
fc.configureGlobal({ seed: Number(process.env['FAST_CHECK_SEED'] ?? 20_261_124) });
