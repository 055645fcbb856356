/** The TalkJS stand-in: an answer that is not 200, in the form the TalkJS SDK reads. */
export class ApiError extends Error {
  readonly status: number;
  readonly errorCode: string;
  readonly headers: Record<string, string>;
  constructor(status: number, errorCode: string, reason: string, headers: Record<string, string> = {}) {
    super(reason);
    this.status = status;
    this.errorCode = errorCode;
    this.headers = headers;
  }
}
