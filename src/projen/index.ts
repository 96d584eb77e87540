export { MlPlatformApp, type MlPlatformAppOptions } from './ml-platform-app';
