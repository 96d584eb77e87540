import { describeShipped } from './shipped';

describeShipped(2);
