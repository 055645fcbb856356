/** The process of a function: what the bootstrap of Lambda's Node images does. */
import { run } from 'aws-lambda-ric';

await run(process.env.LAMBDA_TASK_ROOT, process.env._HANDLER);
