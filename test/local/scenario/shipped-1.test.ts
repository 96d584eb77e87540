import { describeShipped } from './shipped';

describeShipped(0);
