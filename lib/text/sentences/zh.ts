/** Room of text: our sentences in Chinese (simplified). Pure. */
import type { Sentences } from './what.ts';

export const zh: Sentences = {
  apology: (reference) => `抱歉，我没能回答这条消息。请稍后再试。如果问题仍然存在，请提供参考编号 ${reference}。`,
  empty: '抱歉，我无法回答这个问题。您可以换一种方式提问吗？',
  notInDocuments: '我们的资料中没有找到相关内容。您可以换一种方式提问吗？',
  noRoom: '抱歉，回答的篇幅不够了。您可以一次少问一些吗？',
  tooManySteps: '抱歉，步骤太多，我没能完成。您可以先问其中一部分吗？',
  cutShort: '_（我的回答在此处被截断。）_',
  refusal: '抱歉，这件事我帮不上忙。',
  tooLong: (chars, maxChars) =>
    `抱歉，这条消息太长了（${chars} 个字符，上限 ${maxChars}）。您可以缩短它或分几次发送吗？`,
  nothingSaid: '您的消息是空的。您想了解什么？',
  unreadable: '抱歉，我读不了这条消息：其中大部分是无法显示的字符。您可以重新输入吗？',
  slowDown: (wait) => `您写得比我回答得快。请等待${wait}后再发消息。`,
  userSpent: (wait) => `您今天的提问额度已用完。请在${wait}后再来。`,
  allSpent: (wait) => `我今天的回答额度已用完。请在${wait}后再来。`,
  blocked: '我无法再在这里回答您。',
  wasDone: (what) => `已执行：${what}。`,
  notDone: (what) => `未执行：${what}。`,
  mayBeDone: (what) => `无法确定是否已执行：${what}。请先核实，再重新提出。`,
  handedOver: '我已请我们的团队接手，会有人给您回复。',
  nobodyYet: '抱歉，我们的团队还没有人来。您的消息没有被遗忘，会有人给您回复。',
  teamBack: (when) => `我们的团队恢复服务的时间：${when}。`,
  notNow: '我现在无法在这里聊天。请一分钟后再试。',
  signIn: '请先登录，然后再在此聊天。',
  yes: '是',
  no: '否',
};
