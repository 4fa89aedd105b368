/** https://registry.terraform.io/modules/Azure/avm-res-network-virtualnetwork/azurerm */
export const verifiedVirtualNetwork = `
variable "name" { default = null }
variable "address_space" { default = null }
variable "subnets" {
  type = map(object({
    name                            = optional(string)
    address_prefix                  = optional(string)
    address_prefixes                = optional(list(string))
    default_outbound_access_enabled = optional(bool)
    network_security_group          = optional(object({ id = string }))
  }))
  default  = {}
  nullable = false
}
resource "azurerm_virtual_network" "this" {
  name          = var.name
  address_space = var.address_space
}
resource "azurerm_subnet" "this" {
  for_each                        = var.subnets
  name                            = each.value.name == null ? each.key : each.value.name
  virtual_network_name            = azurerm_virtual_network.this.name
  address_prefixes                = each.value.address_prefixes == null ? compact([each.value.address_prefix]) : each.value.address_prefixes
  default_outbound_access_enabled = each.value.default_outbound_access_enabled
}
resource "azurerm_subnet_network_security_group_association" "this" {
  for_each                  = { for key, subnet in var.subnets : key => subnet.network_security_group.id if subnet.network_security_group != null }
  subnet_id                 = azurerm_subnet.this[each.key].id
  network_security_group_id = each.value
}
output "resource_id" { value = azurerm_virtual_network.this.id }
output "name" { value = azurerm_virtual_network.this.name }
output "resource" { value = azurerm_virtual_network.this }
output "address_spaces" { value = var.address_space }
output "subnets" {
  value = { for key, subnet in azurerm_subnet.this : key => {
    resource_id      = subnet.id
    name             = subnet.name
    address_prefixes = subnet.address_prefixes
    resource         = subnet
    id               = subnet.id
  } }
}
`;

const subnetsByName = `
output "vnet_id" { value = azurerm_virtual_network.vnet.id }
output "vnet_name" { value = azurerm_virtual_network.vnet.name }
output "vnet_address_space" { value = azurerm_virtual_network.vnet.address_space }
output "vnet_subnets" {
  value = [for name in (var.use_for_each ? sort(var.subnet_names) : var.subnet_names) : azurerm_subnet.subnet[name].id]
}
output "vnet_subnets_name_id" { value = { for name in var.subnet_names : name => azurerm_subnet.subnet[name].id } }
`;

/** https://registry.terraform.io/modules/Azure/vnet/azurerm */
export const virtualNetwork = `
variable "vnet_name" { default = "acctvnet" }
variable "address_space" { default = ["10.0.0.0/16"] }
variable "subnet_names" { default = ["subnet1", "subnet2", "subnet3"] }
variable "subnet_prefixes" { default = ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"] }
variable "nsg_ids" { default = {} }
variable "use_for_each" { default = false }
resource "azurerm_virtual_network" "vnet" {
  name          = var.vnet_name
  address_space = var.address_space
}
resource "azurerm_subnet" "subnet" {
  for_each             = toset(var.subnet_names)
  name                 = each.key
  virtual_network_name = azurerm_virtual_network.vnet.name
  address_prefixes     = [var.subnet_prefixes[index(var.subnet_names, each.key)]]
}
resource "azurerm_subnet_network_security_group_association" "vnet" {
  for_each                  = var.nsg_ids
  subnet_id                 = azurerm_subnet.subnet[each.key].id
  network_security_group_id = each.value
}
${subnetsByName}`;

/** https://registry.terraform.io/modules/Azure/network/azurerm */
export const network = `
variable "vnet_name" { default = "acctvnet" }
variable "address_space" { default = "10.0.0.0/16" }
variable "address_spaces" { default = [] }
variable "subnet_names" { default = ["subnet1"] }
variable "subnet_prefixes" { default = ["10.0.1.0/24"] }
variable "use_for_each" { default = false }
resource "azurerm_virtual_network" "vnet" {
  name          = var.vnet_name
  address_space = length(var.address_spaces) == 0 ? [var.address_space] : var.address_spaces
}
resource "azurerm_subnet" "subnet" {
  for_each             = toset(var.subnet_names)
  name                 = each.key
  virtual_network_name = azurerm_virtual_network.vnet.name
  address_prefixes     = [var.subnet_prefixes[index(var.subnet_names, each.key)]]
}
${subnetsByName}`;

/** https://registry.terraform.io/modules/Azure/subnets/azurerm */
export const subnets = `
variable "virtual_network_name" {}
variable "virtual_network_address_space" { default = null }
variable "subnets" {
  type = map(object({
    address_prefixes       = list(string)
    network_security_group = optional(object({ id = string }))
  }))
}
resource "azurerm_virtual_network" "vnet" {
  name          = var.virtual_network_name
  address_space = var.virtual_network_address_space
}
resource "azurerm_subnet" "subnet" {
  for_each             = var.subnets
  name                 = each.key
  virtual_network_name = azurerm_virtual_network.vnet.name
  address_prefixes     = each.value.address_prefixes
}
resource "azurerm_subnet_network_security_group_association" "vnet" {
  for_each                  = { for key, subnet in var.subnets : key => subnet.network_security_group.id if subnet.network_security_group != null }
  subnet_id                 = azurerm_subnet.subnet[each.key].id
  network_security_group_id = each.value
}
output "vnet_id" { value = azurerm_virtual_network.vnet.id }
output "vnet_name" { value = azurerm_virtual_network.vnet.name }
output "vnet_subnets_name_id" { value = { for key, subnet in azurerm_subnet.subnet : key => subnet.id } }
`;
