/** The Chat API server: the bot among the users. */

/** No client can choose or sign for it: a chosen id has no colon, and a key counts for existing users only. */
export const BOT_ID = 'bot:claude';
