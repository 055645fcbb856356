/** Stands in for the AWS SDK's credential chain inside the bundles: Lambda hands them over in the environment. */
export const defaultProvider = () => async () => {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = process.env;
  if (!AWS_ACCESS_KEY_ID || !AWS_SECRET_ACCESS_KEY) throw new Error('no AWS credentials in the environment');
  return {
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
};

/** As Bedrock's client asks for them. */
export const fromEnv = () => defaultProvider();
export const fromNodeProviderChain = () => defaultProvider();
export const createCredentialChain = (first) => first;
