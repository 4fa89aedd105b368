/** https://registry.terraform.io/modules/Azure/avm-res-compute-virtualmachine/azurerm */
export const verifiedVirtualMachine = `
variable "name" {}
variable "os_type" { default = null }
variable "virtualmachine_os_type" { default = "Windows" }
variable "public_ip_configuration_details" {
  type = object({
    allocation_method = optional(string, "Static")
    domain_name_label = optional(string)
    ip_version        = optional(string, "IPv4")
    sku               = optional(string, "Standard")
    zones             = optional(set(string))
  })
  default  = {}
  nullable = false
}
variable "network_interfaces" {
  type = map(object({
    name                        = string
    application_security_groups = optional(map(object({ application_security_group_resource_id = string })), {})
    network_security_groups     = optional(map(object({ network_security_group_resource_id = string })), {})
    ip_configurations = map(object({
      name                          = string
      create_public_ip_address      = optional(bool, false)
      is_primary_ipconfiguration    = optional(bool, true)
      private_ip_address            = optional(string)
      private_ip_address_allocation = optional(string, "Dynamic")
      private_ip_address_version    = optional(string, "IPv4")
      private_ip_subnet_resource_id = optional(string)
      public_ip_address_name        = optional(string)
      public_ip_address_resource_id = optional(string)
      app_gateway_backend_pools     = optional(map(object({ app_gateway_backend_pool_resource_id = string })), {})
      load_balancer_backend_pools   = optional(map(object({ load_balancer_backend_pool_resource_id = string })), {})
      load_balancer_nat_rules       = optional(map(object({ load_balancer_nat_rule_resource_id = string })), {})
    }))
  }))
}
locals {
  system = lower(var.os_type == null ? var.virtualmachine_os_type : var.os_type)
  configurations = merge([for nic, interface in var.network_interfaces :
    { for key, configuration in interface.ip_configurations : "\${nic}-\${key}" => merge(configuration, { nic = nic }) }]...)
}
resource "azurerm_public_ip" "virtualmachine_public_ips" {
  for_each          = { for key, configuration in local.configurations : key => configuration if configuration.create_public_ip_address }
  name              = each.value.public_ip_address_name == null ? "\${var.name}-\${each.key}" : each.value.public_ip_address_name
  allocation_method = var.public_ip_configuration_details.allocation_method
  domain_name_label = var.public_ip_configuration_details.domain_name_label
  ip_version        = var.public_ip_configuration_details.ip_version
  sku               = var.public_ip_configuration_details.sku
  zones             = var.public_ip_configuration_details.zones
}
resource "azurerm_network_interface" "virtualmachine_network_interfaces" {
  for_each = var.network_interfaces
  name     = each.value.name
  dynamic "ip_configuration" {
    for_each = each.value.ip_configurations
    content {
      name                          = ip_configuration.value.name
      primary                       = ip_configuration.value.is_primary_ipconfiguration
      private_ip_address            = ip_configuration.value.private_ip_address
      private_ip_address_allocation = ip_configuration.value.private_ip_address_allocation
      private_ip_address_version    = ip_configuration.value.private_ip_address_version
      subnet_id                     = ip_configuration.value.private_ip_subnet_resource_id
      public_ip_address_id          = ip_configuration.value.create_public_ip_address ? azurerm_public_ip.virtualmachine_public_ips["\${each.key}-\${ip_configuration.key}"].id : ip_configuration.value.public_ip_address_resource_id
      # The provider has associations for these; Azure and this reading have them in the configuration itself.
      load_balancer_backend_address_pools_ids = [for pool in ip_configuration.value.load_balancer_backend_pools : pool.load_balancer_backend_pool_resource_id]
      load_balancer_inbound_nat_rules_ids     = [for rule in ip_configuration.value.load_balancer_nat_rules : rule.load_balancer_nat_rule_resource_id]
      application_security_group_ids          = [for group in each.value.application_security_groups : group.application_security_group_resource_id]
    }
  }
  network_security_group_id = try(values(each.value.network_security_groups)[0].network_security_group_resource_id, null)
}
resource "azurerm_linux_virtual_machine" "this" {
  count                 = local.system == "linux" ? 1 : 0
  name                  = var.name
  network_interface_ids = [for interface in azurerm_network_interface.virtualmachine_network_interfaces : interface.id]
}
resource "azurerm_windows_virtual_machine" "this" {
  count                 = local.system == "linux" ? 0 : 1
  name                  = var.name
  network_interface_ids = [for interface in azurerm_network_interface.virtualmachine_network_interfaces : interface.id]
}
output "name" { value = var.name }
output "network_interfaces" { value = azurerm_network_interface.virtualmachine_network_interfaces }
output "public_ips" { value = azurerm_public_ip.virtualmachine_public_ips }
`;

/** https://registry.terraform.io/modules/Azure/avm-res-compute-virtualmachinescaleset/azurerm */
export const verifiedScaleSet = `
variable "name" {}
variable "instances" { default = null }
variable "network_interface" { default = null }
resource "azurerm_orchestrated_virtual_machine_scale_set" "virtual_machine_scale_set" {
  name              = var.name
  instances         = var.instances
  network_interface = var.network_interface
}
`;

/** https://registry.terraform.io/modules/Azure/avm-res-network-publicipaddress/azurerm */
export const verifiedPublicAddress = `
variable "name" {}
variable "allocation_method" { default = "Static" }
variable "domain_name_label" { default = null }
variable "ip_version" { default = "IPv4" }
variable "public_ip_prefix_id" { default = null }
variable "sku" { default = "Standard" }
variable "sku_tier" { default = "Regional" }
variable "zones" { default = null }
resource "azurerm_public_ip" "this" {
  name                = var.name
  allocation_method   = var.allocation_method
  domain_name_label   = var.domain_name_label
  ip_version          = var.ip_version
  public_ip_prefix_id = var.public_ip_prefix_id
  sku                 = var.sku
  sku_tier            = var.sku_tier
  zones               = var.zones
}
output "resource_id" { value = azurerm_public_ip.this.id }
output "public_ip_id" { value = azurerm_public_ip.this.id }
output "public_ip_address" { value = azurerm_public_ip.this.ip_address }
output "name" { value = azurerm_public_ip.this.name }
output "resource" { value = azurerm_public_ip.this }
`;

/** https://registry.terraform.io/modules/Azure/compute/azurerm: machines with a security group that opens `remote_port`. */
export const compute = `
variable "vm_hostname" { default = "myvm" }
variable "nb_instances" { default = 1 }
variable "nb_public_ip" { default = 1 }
variable "vnet_subnet_id" {}
variable "remote_port" { default = "" }
variable "source_address_prefixes" { default = ["0.0.0.0/0"] }
variable "network_security_group" { default = null }
variable "allocation_method" { default = "Dynamic" }
variable "public_ip_dns" { default = [null] }
variable "public_ip_sku" { default = "Basic" }
variable "vm_os_simple" { default = "" }
variable "vm_os_offer" { default = "" }
variable "is_windows_image" { default = false }
locals {
  windows = var.is_windows_image || var.vm_os_simple == "WindowsServer" || var.vm_os_offer == "WindowsServer"
  group   = var.network_security_group == null ? try(azurerm_network_security_group.vm[0].id, null) : var.network_security_group.id
}
resource "azurerm_public_ip" "vm" {
  count             = var.nb_public_ip
  name              = "\${var.vm_hostname}-pip-\${count.index}"
  allocation_method = var.allocation_method
  domain_name_label = element(var.public_ip_dns, count.index)
  sku               = var.public_ip_sku
}
resource "azurerm_network_security_group" "vm" {
  count = var.network_security_group == null ? 1 : 0
  name  = "\${var.vm_hostname}-nsg"
}
resource "azurerm_network_security_rule" "vm" {
  count                       = var.network_security_group == null && var.remote_port != "" ? 1 : 0
  name                        = "allow_remote_\${var.remote_port}_in_all"
  priority                    = 101
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = var.remote_port
  source_address_prefixes     = var.source_address_prefixes
  destination_address_prefix  = "*"
  network_security_group_name = azurerm_network_security_group.vm[0].name
}
resource "azurerm_network_interface" "vm" {
  count = var.nb_instances
  name  = "\${var.vm_hostname}-nic-\${count.index}"
  ip_configuration {
    name                          = "\${var.vm_hostname}-ip-\${count.index}"
    private_ip_address_allocation = "Dynamic"
    subnet_id                     = var.vnet_subnet_id
    public_ip_address_id          = try(element(concat(azurerm_public_ip.vm[*].id, [""]), count.index), null)
  }
}
resource "azurerm_network_interface_security_group_association" "vm" {
  count                     = var.nb_instances
  network_interface_id      = azurerm_network_interface.vm[count.index].id
  network_security_group_id = local.group
}
resource "azurerm_virtual_machine" "vm_linux" {
  count                 = local.windows ? 0 : var.nb_instances
  name                  = "\${var.vm_hostname}-vmLinux-\${count.index}"
  network_interface_ids = [azurerm_network_interface.vm[count.index].id]
  os_profile_linux_config {}
}
resource "azurerm_virtual_machine" "vm_windows" {
  count                 = local.windows ? var.nb_instances : 0
  name                  = "\${var.vm_hostname}-vmWindows-\${count.index}"
  network_interface_ids = [azurerm_network_interface.vm[count.index].id]
  os_profile_windows_config {}
}
output "network_security_group_id" { value = local.group }
output "network_security_group_name" { value = try(azurerm_network_security_group.vm[0].name, null) }
output "network_interface_ids" { value = azurerm_network_interface.vm[*].id }
output "public_ip_id" { value = azurerm_public_ip.vm[*].id }
output "public_ip_address" { value = azurerm_public_ip.vm[*].ip_address }
`;
