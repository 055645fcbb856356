/** Doors: POST /reconify, where other services hand in records, and the records queue, from which all of them go to Reconify. */
import { deliveryDoor, intakeDoor } from '../lib/app/records.ts';

export const intake = intakeDoor();
export const deliver = deliveryDoor();
