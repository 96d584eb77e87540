import { describeShipped } from './shipped';

describeShipped(1);
