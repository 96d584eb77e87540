export { installMlPlatformMatchers } from './install';
export { mlPlatformMatchers } from './matchers';
export { scrubAssetHashes, templateSerializer } from './template-serializer';
