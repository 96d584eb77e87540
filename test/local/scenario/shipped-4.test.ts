import { describeShipped } from './shipped';

describeShipped(3);
