/** The only statements outside a key's own policy that may be for every resource, by their Sid, each with its reason. A test finds any other. */
export const WILDCARDS: Readonly<Record<string, string>> = {
  LogInToRegistry:
    'ecr:GetAuthorizationToken knows no resource: the login is that of the whole registry, and what may be pulled with it is said apart',
  LookAtQuotas: 'servicequotas:GetServiceQuota knows no resource; it reads numbers',
};
