// Template validation has its own step in .ci/run; here it would cost seconds a stack.
process.env.CDK_VALIDATION = 'false';
process.env.JSII_DEPRECATED = 'quiet';
process.env.CHECKPOINT_DISABLE = '1';
