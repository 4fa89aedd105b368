/**
 * Where the local Azure's error codes come from. `recorded`: seen in recorded traffic. `quoted`: in Microsoft's
 * documentation, or in the output of real calls that people have published. `assumed`: Azure refuses this, and under
 * what code is not known; nothing but the local Azure may rely on the name.
 */
export const errorCodes: Readonly<Record<'recorded' | 'quoted' | 'assumed', readonly string[]>> = {
  recorded: [
    ...['AuthorizationFailed', 'BadRequest', 'InUseNetworkSecurityGroupCannotBeDeleted', 'InUseSubnetCannotBeDeleted'],
    ...['InternalServerError', 'InvalidQuery', 'MissedInboundNatRuleV2Properties', 'NicInUse', 'NotFound'],
    ...['ParserFailure', 'PreconditionFailed', 'PublicIPAddressCannotBeDeleted', 'PublicIPAndLBSkuDoNotMatch'],
    ...['RateLimiting', 'ReferencedResourceNotProvisioned', 'RequestDisallowedByPolicy', 'ResourceGroupNotFound'],
    ...['ResourceNotFound', 'RetryableError', 'RetryableErrorDueToAnotherOperation', 'ScopeLocked'],
    ...['SecurityRuleConflict', 'SecurityRuleInvalidPortRange', 'SecurityRuleParameterContainsUnsupportedValue'],
    ...['TooManyRequests', 'UnsupportedSetOfInboundNatRulePropertiesWhenFrontendPortIsSpecified'],
  ],
  quoted: [
    // https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors
    ...['DnsRecordInUse', 'InvalidRequestContent', 'InvalidRequestFormat', 'InvalidResourceLocation'],
    ...['InvalidResourceReference', 'LinkedAuthorizationFailed', 'MissingApiVersionParameter'],
    ...['ParentResourceNotFound', 'SubscriptionNotFound'],
    ...['AuthenticationFailed', 'ExpiredAuthenticationToken', 'InvalidAuthenticationTokenAudience'],
    ...['InvalidAuthenticationTokenTenant', 'InvalidDomainNameLabel', 'PublicIPAddressInUse'],
    ...['AzureFirewallPolicyAndRuleCollectionsConflict', 'DifferentSkuLoadBalancersAndPublicIPAddressNotAllowed'],
    ...['InboundNatRuleInUse', 'NetworkInterfaceUsesMultipleLoadBalancersOfSameType'],
    ...['PreconditionFailedEtagMismatch', 'RulesOfSameLoadBalancerTypeUseSameBackendPortProtocolAndIPConfig'],
    ...['RulesUseSameBackendPortProtocolAndIPConfig', 'SecurityRuleInvalidAddressPrefix'],
    ...['SecurityRuleInvalidPriority', 'StandardAndStandardV2SkuPublicIPAddressesMustBeStatic'],
  ],
  assumed: [
    ...['BastionHostConfigurationMissing', 'BastionHostSubnetNameInvalid', 'FirewallPolicyCannotBeDeleted'],
    ...['FirewallPolicyRuleCollectionGroupInvalidPriority', 'InUseNatGatewayCannotBeDeleted', 'InvalidIPAddress'],
    ...['InboundNatRuleV2CannotBeReferencedByIpConfiguration', 'InboundNatRuleV2NotSupportedForBasicLoadBalancer'],
    ...['InvalidInboundNatRulePortMappingRequest', 'InvalidInputJson', 'InvalidLockLevel', 'InvalidResourceName'],
    ...['InvalidOperationSignature', 'InvalidResourceType', 'LoadBalancerRulePortInvalid'],
    ...['LoadBalancerSkuCannotBeChanged', 'LocalIPAddressNotFound', 'MethodNotAllowed', 'MissingRequiredParameter'],
    ...['MaxSecurityRulesPerNetworkSecurityGroupLimitReached', 'NetworkInterfaceMustHaveOneIpConfiguration'],
    ...['NetworkInterfaceNotAttachedToRunningVM', 'OperationNotFound', 'PolicyAssignmentNotFound'],
    ...['PublicIPAddressSkuCannotBeChanged', 'RulesUseSameFrontendPortProtocolAndFrontendIPConfig'],
    ...['SecurityPlanRequired', 'SecurityRuleCannotMixAddressesAndApplicationSecurityGroups'],
    ...['SecurityRuleDescriptionTooLong', 'SecurityRuleParameterMissing', 'SubnetAddressPrefixMissing'],
    ...['SubnetRequired'],
  ],
};
