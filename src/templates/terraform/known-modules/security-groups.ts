/** https://registry.terraform.io/modules/Azure/avm-res-network-networksecuritygroup/azurerm; `nsgrules` is of its first version. */
export const verifiedSecurityGroup = `
variable "name" {}
variable "security_rules" {
  type = map(object({
    name                                       = optional(string)
    access                                     = string
    direction                                  = string
    priority                                   = number
    protocol                                   = string
    source_port_range                          = optional(string)
    source_port_ranges                         = optional(set(string))
    destination_port_range                     = optional(string)
    destination_port_ranges                    = optional(set(string))
    source_address_prefix                      = optional(string)
    source_address_prefixes                    = optional(set(string))
    destination_address_prefix                 = optional(string)
    destination_address_prefixes               = optional(set(string))
    source_application_security_group_ids      = optional(set(string))
    destination_application_security_group_ids = optional(set(string))
  }))
  default  = {}
  nullable = false
}
variable "nsgrules" {
  default  = {}
  nullable = false
}
resource "azurerm_network_security_group" "this" {
  name = var.name
}
resource "azurerm_network_security_rule" "this" {
  for_each                                   = var.security_rules
  name                                       = each.value.name == null ? each.key : each.value.name
  access                                     = each.value.access
  direction                                  = each.value.direction
  priority                                   = each.value.priority
  protocol                                   = each.value.protocol
  source_port_range                          = each.value.source_port_range
  source_port_ranges                         = each.value.source_port_ranges
  destination_port_range                     = each.value.destination_port_range
  destination_port_ranges                    = each.value.destination_port_ranges
  source_address_prefix                      = each.value.source_address_prefix
  source_address_prefixes                    = each.value.source_address_prefixes
  destination_address_prefix                 = each.value.destination_address_prefix
  destination_address_prefixes               = each.value.destination_address_prefixes
  source_application_security_group_ids      = each.value.source_application_security_group_ids
  destination_application_security_group_ids = each.value.destination_application_security_group_ids
  network_security_group_name                = azurerm_network_security_group.this.name
}
resource "azurerm_network_security_rule" "nsgrules" {
  for_each                    = var.nsgrules
  name                        = each.key
  access                      = each.value.nsg_rule_access
  direction                   = each.value.nsg_rule_direction
  priority                    = each.value.nsg_rule_priority
  protocol                    = each.value.nsg_rule_protocol
  source_port_range           = each.value.nsg_rule_source_port_range
  destination_port_range      = each.value.nsg_rule_destination_port_range
  source_address_prefix       = each.value.nsg_rule_source_address_prefix
  destination_address_prefix  = each.value.nsg_rule_destination_address_prefix
  network_security_group_name = azurerm_network_security_group.this.name
}
output "resource_id" { value = azurerm_network_security_group.this.id }
output "id" { value = azurerm_network_security_group.this.id }
output "name" { value = azurerm_network_security_group.this.name }
output "resource" { value = azurerm_network_security_group.this }
`;

/** https://registry.terraform.io/modules/Azure/network-security-group/azurerm, with the rules that it names. */
export const securityGroup = `
variable "security_group_name" { default = "nsg" }
variable "predefined_rules" { default = [] }
variable "custom_rules" { default = [] }
variable "source_address_prefix" { default = ["*"] }
variable "source_address_prefixes" { default = null }
variable "destination_address_prefix" { default = ["*"] }
variable "destination_address_prefixes" { default = null }
locals {
  sources      = var.source_address_prefixes == null ? var.source_address_prefix : var.source_address_prefixes
  destinations = var.destination_address_prefixes == null ? var.destination_address_prefix : var.destination_address_prefixes
  ports = {
    ActiveDirectory-AllowADReplication           = "389"
    ActiveDirectory-AllowADReplicationSSL        = "636"
    ActiveDirectory-AllowADGCReplication         = "3268"
    ActiveDirectory-AllowADGCReplicationSSL      = "3269"
    ActiveDirectory-AllowDNS                     = "53"
    ActiveDirectory-AllowKerberosAuthentication  = "88"
    ActiveDirectory-AllowADReplicationTrust      = "445"
    ActiveDirectory-AllowSMTPReplication         = "25"
    ActiveDirectory-AllowRPCReplication          = "135"
    ActiveDirectory-AllowFileReplication         = "5722"
    ActiveDirectory-AllowWindowsTime             = "123"
    ActiveDirectory-AllowPasswordChangeKerberes  = "464"
    ActiveDirectory-AllowDFSGroupPolicy          = "138"
    ActiveDirectory-AllowADDSWebServices         = "9389"
    ActiveDirectory-AllowNETBIOSAuthentication   = "137"
    ActiveDirectory-AllowNETBIOSReplication      = "139"
    Cassandra                                    = "9042"
    Cassandra-JMX                                = "7199"
    Cassandra-Thrift                             = "9160"
    CouchDB                                      = "5984"
    CouchDB-HTTPS                                = "6984"
    DNS-TCP                                      = "53"
    DNS-UDP                                      = "53"
    DynamicPorts                                 = "49152-65535"
    ElasticSearch                                = "9200-9300"
    FTP                                          = "21"
    HTTP                                         = "80"
    HTTPS                                        = "443"
    IMAP                                         = "143"
    IMAPS                                        = "993"
    Kestrel                                      = "22133"
    LDAP                                         = "389"
    MongoDB                                      = "27017"
    Memcached                                    = "11211"
    MSSQL                                        = "1433"
    MySQL                                        = "3306"
    Neo4J                                        = "7474"
    POP3                                         = "110"
    POP3S                                        = "995"
    PostgreSQL                                   = "5432"
    RabbitMQ                                     = "5672"
    RDP                                          = "3389"
    Redis                                        = "6379"
    Riak                                         = "8093"
    Riak-JMX                                     = "8985"
    SMTP                                         = "25"
    SMTPS                                        = "465"
    SSH                                          = "22"
    WinRM                                        = "5986"
  }
}
resource "azurerm_network_security_group" "nsg" {
  name = var.security_group_name
}
resource "azurerm_network_security_rule" "predefined_rules" {
  for_each                    = { for index, rule in var.predefined_rules : tostring(index) => rule }
  name                        = each.value.name
  priority                    = try(each.value.priority, 4096 - length(var.predefined_rules) + each.key)
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = each.value.name == "DNS-UDP" ? "Udp" : "Tcp"
  source_port_ranges          = split(",", try(each.value.source_port_range, "*"))
  destination_port_range      = local.ports[each.value.name]
  network_security_group_name = azurerm_network_security_group.nsg.name
  # Application security groups of the rule take the place of the module's own prefixes.
  source_application_security_group_ids      = try(each.value.source_application_security_group_ids, null)
  destination_application_security_group_ids = try(each.value.destination_application_security_group_ids, null)
  source_address_prefixes                    = can(each.value.source_application_security_group_ids) ? null : local.sources
  destination_address_prefixes               = can(each.value.destination_application_security_group_ids) ? null : local.destinations
}
resource "azurerm_network_security_rule" "custom_rules" {
  for_each                                   = { for index, rule in var.custom_rules : tostring(index) => rule }
  name                                       = try(each.value.name, "default_rule_name")
  priority                                   = try(each.value.priority, null)
  direction                                  = try(each.value.direction, "Inbound")
  access                                     = try(each.value.access, "Allow")
  protocol                                   = try(each.value.protocol, "*")
  source_port_ranges                         = split(",", try(each.value.source_port_range, "*"))
  destination_port_ranges                    = split(",", try(each.value.destination_port_range, "*"))
  source_application_security_group_ids      = try(each.value.source_application_security_group_ids, null)
  destination_application_security_group_ids = try(each.value.destination_application_security_group_ids, null)
  source_address_prefixes                    = try(each.value.source_address_prefixes, null)
  destination_address_prefixes               = try(each.value.destination_address_prefixes, null)
  source_address_prefix = anytrue([for other in ["source_application_security_group_ids", "source_address_prefixes"] :
  try(each.value[other], null) != null]) ? null : try(each.value.source_address_prefix, "*")
  destination_address_prefix = anytrue([for other in ["destination_application_security_group_ids", "destination_address_prefixes"] :
  try(each.value[other], null) != null]) ? null : try(each.value.destination_address_prefix, "*")
  network_security_group_name = azurerm_network_security_group.nsg.name
}
output "network_security_group_id" { value = azurerm_network_security_group.nsg.id }
output "network_security_group_name" { value = azurerm_network_security_group.nsg.name }
`;
