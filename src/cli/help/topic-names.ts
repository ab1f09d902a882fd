export const helpTopics = ['exit-codes', 'environment', 'configuration'] as const;
export type HelpTopic = (typeof helpTopics)[number];
