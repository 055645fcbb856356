/** Before each test file: where the AWS SDK finds the emulators of this run. */
import { inject } from 'vitest';

Object.assign(process.env, inject('endpoints'));
