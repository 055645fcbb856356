/** Door: POST /operator. What the command line's operator can do, for programs. */
import { operatorDoor } from '../lib/app/operator.ts';

export const handler = operatorDoor();
