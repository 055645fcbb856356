/** The tutorial's server in a process of its own. */
import { answerParent } from '../measure/children.mjs';
import { tutorialServer } from './tutorial.mjs';

const server = tutorialServer(process.env);
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
answerParent({}, { port: server.address().port });
