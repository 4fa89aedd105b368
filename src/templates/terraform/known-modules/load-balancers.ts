/** https://registry.terraform.io/modules/Azure/avm-res-network-loadbalancer/azurerm */
export const verifiedLoadBalancer = `
variable "name" {}
variable "sku" { default = "Standard" }
variable "frontend_subnet_resource_id" { default = null }
variable "public_ip_address_configuration" {
  type = object({
    allocation_method            = optional(string, "Static")
    domain_name_label            = optional(string)
    ip_version                   = optional(string, "IPv4")
    public_ip_prefix_resource_id = optional(string)
    sku                          = optional(string, "Standard")
  })
  default  = {}
  nullable = false
}
variable "frontend_ip_configurations" {
  type = map(object({
    name                                   = optional(string)
    create_public_ip_address               = optional(bool, false)
    public_ip_address_resource_id          = optional(string)
    public_ip_address_resource_name        = optional(string)
    frontend_private_ip_address            = optional(string)
    frontend_private_ip_address_allocation = optional(string, "Dynamic")
    frontend_private_ip_subnet_resource_id = optional(string)
  }))
}
variable "backend_address_pools" {
  default  = {}
  nullable = false
}
variable "lb_rules" {
  type = map(object({
    name                              = optional(string)
    frontend_ip_configuration_name    = optional(string)
    protocol                          = optional(string, "Tcp")
    frontend_port                     = optional(number, 3389)
    backend_port                      = optional(number, 3389)
    backend_address_pool_resource_ids = optional(list(string))
    backend_address_pool_object_names = optional(list(string))
  }))
  default  = {}
  nullable = false
}
variable "lb_nat_rules" {
  type = map(object({
    name                             = optional(string)
    frontend_ip_configuration_name   = optional(string)
    protocol                         = optional(string)
    frontend_port                    = optional(number)
    backend_port                     = optional(number)
    frontend_port_start              = optional(number)
    frontend_port_end                = optional(number)
    backend_address_pool_resource_id = optional(string)
    backend_address_pool_object_name = optional(string)
  }))
  default  = {}
  nullable = false
}
variable "lb_nat_pools" {
  type = map(object({
    name                           = optional(string)
    frontend_ip_configuration_name = optional(string)
    protocol                       = optional(string, "Tcp")
    frontend_port_start            = optional(number, 3000)
    frontend_port_end              = optional(number, 3389)
    backend_port                   = optional(number, 3389)
  }))
  default  = {}
  nullable = false
}
resource "azurerm_public_ip" "this" {
  for_each            = { for key, frontend in var.frontend_ip_configurations : key => frontend if frontend.create_public_ip_address }
  name                = each.value.public_ip_address_resource_name == null ? "pip-\${var.name}" : each.value.public_ip_address_resource_name
  allocation_method   = var.public_ip_address_configuration.allocation_method
  domain_name_label   = var.public_ip_address_configuration.domain_name_label
  ip_version          = var.public_ip_address_configuration.ip_version
  public_ip_prefix_id = var.public_ip_address_configuration.public_ip_prefix_resource_id
  sku                 = var.public_ip_address_configuration.sku
}
resource "azurerm_lb" "this" {
  name = var.name
  sku  = var.sku
  dynamic "frontend_ip_configuration" {
    for_each = var.frontend_ip_configurations
    iterator = frontend
    content {
      name                          = frontend.value.name == null ? "frontend-\${var.name}" : frontend.value.name
      private_ip_address            = frontend.value.frontend_private_ip_address
      private_ip_address_allocation = frontend.value.frontend_private_ip_address_allocation
      public_ip_address_id          = frontend.value.create_public_ip_address ? azurerm_public_ip.this[frontend.key].id : frontend.value.public_ip_address_resource_id
      subnet_id                     = frontend.value.frontend_private_ip_subnet_resource_id == null ? var.frontend_subnet_resource_id : frontend.value.frontend_private_ip_subnet_resource_id
    }
  }
}
resource "azurerm_lb_backend_address_pool" "this" {
  for_each        = var.backend_address_pools
  name            = try(each.value.name, each.key)
  loadbalancer_id = azurerm_lb.this.id
}
resource "azurerm_lb_rule" "this" {
  for_each                       = var.lb_rules
  name                           = each.value.name == null ? each.key : each.value.name
  loadbalancer_id                = azurerm_lb.this.id
  frontend_ip_configuration_name = each.value.frontend_ip_configuration_name
  protocol                       = each.value.protocol
  frontend_port                  = each.value.frontend_port
  backend_port                   = each.value.backend_port
  backend_address_pool_ids = (each.value.backend_address_pool_resource_ids != null ? each.value.backend_address_pool_resource_ids :
  [for key in coalesce(each.value.backend_address_pool_object_names, []) : azurerm_lb_backend_address_pool.this[key].id])
}
resource "azurerm_lb_nat_rule" "this" {
  for_each                       = var.lb_nat_rules
  name                           = each.value.name == null ? each.key : each.value.name
  loadbalancer_id                = azurerm_lb.this.id
  frontend_ip_configuration_name = each.value.frontend_ip_configuration_name
  protocol                       = each.value.protocol
  frontend_port                  = each.value.frontend_port
  frontend_port_start            = each.value.frontend_port_start
  frontend_port_end              = each.value.frontend_port_end
  backend_port                   = each.value.backend_port
  backend_address_pool_id = (each.value.backend_address_pool_object_name == null ? each.value.backend_address_pool_resource_id :
  azurerm_lb_backend_address_pool.this[each.value.backend_address_pool_object_name].id)
}
resource "azurerm_lb_nat_pool" "this" {
  for_each                       = var.lb_nat_pools
  name                           = each.value.name == null ? each.key : each.value.name
  loadbalancer_id                = azurerm_lb.this.id
  frontend_ip_configuration_name = each.value.frontend_ip_configuration_name
  protocol                       = each.value.protocol
  frontend_port_start            = each.value.frontend_port_start
  frontend_port_end              = each.value.frontend_port_end
  backend_port                   = each.value.backend_port
}
output "resource_id" { value = azurerm_lb.this.id }
output "name" { value = azurerm_lb.this.name }
output "resource" { value = azurerm_lb.this }
output "azurerm_lb" { value = azurerm_lb.this }
output "azurerm_lb_backend_address_pool" { value = azurerm_lb_backend_address_pool.this }
output "azurerm_lb_nat_rule" { value = azurerm_lb_nat_rule.this }
output "azurerm_public_ip" { value = azurerm_public_ip.this }
`;

/** https://registry.terraform.io/modules/Azure/loadbalancer/azurerm */
export const loadBalancer = `
variable "prefix" { default = "azure_lb" }
variable "name" { default = "" }
variable "type" { default = "public" }
variable "lb_sku" { default = "Basic" }
variable "pip_sku" { default = "Basic" }
variable "pip_name" { default = "" }
variable "allocation_method" { default = "Static" }
variable "frontend_name" { default = "myPublicIP" }
variable "frontend_subnet_id" { default = null }
variable "frontend_private_ip_address" { default = null }
variable "remote_port" { default = {} }
variable "lb_port" { default = {} }
resource "azurerm_public_ip" "azlb" {
  count             = var.type == "public" ? 1 : 0
  name              = var.pip_name == "" ? "\${var.prefix}-publicIP" : var.pip_name
  allocation_method = var.allocation_method
  sku               = var.pip_sku
}
resource "azurerm_lb" "azlb" {
  name = var.name == "" ? "\${var.prefix}-lb" : var.name
  sku  = var.lb_sku
  frontend_ip_configuration {
    name                 = var.frontend_name
    public_ip_address_id = try(azurerm_public_ip.azlb[0].id, null)
    private_ip_address   = var.frontend_private_ip_address
    subnet_id            = var.frontend_subnet_id
  }
}
resource "azurerm_lb_backend_address_pool" "azlb" {
  name            = "BackEndAddressPool"
  loadbalancer_id = azurerm_lb.azlb.id
}
resource "azurerm_lb_nat_rule" "azlb" {
  count                          = length(var.remote_port)
  name                           = "VM-\${count.index}"
  loadbalancer_id                = azurerm_lb.azlb.id
  frontend_ip_configuration_name = var.frontend_name
  protocol                       = "Tcp"
  frontend_port                  = "5000\${count.index + 1}"
  backend_port                   = values(var.remote_port)[count.index][1]
}
resource "azurerm_lb_rule" "azlb" {
  count                          = length(var.lb_port)
  name                           = keys(var.lb_port)[count.index]
  loadbalancer_id                = azurerm_lb.azlb.id
  frontend_ip_configuration_name = var.frontend_name
  frontend_port                  = values(var.lb_port)[count.index][0]
  protocol                       = values(var.lb_port)[count.index][1]
  backend_port                   = values(var.lb_port)[count.index][2]
  backend_address_pool_ids       = [azurerm_lb_backend_address_pool.azlb.id]
}
output "azurerm_lb_id" { value = azurerm_lb.azlb.id }
output "azurerm_lb_backend_address_pool_id" { value = azurerm_lb_backend_address_pool.azlb.id }
output "azurerm_lb_nat_rule_ids" { value = azurerm_lb_nat_rule.azlb[*].id }
output "azurerm_public_ip_id" { value = azurerm_public_ip.azlb[*].id }
output "azurerm_public_ip_address" { value = azurerm_public_ip.azlb[*].ip_address }
`;
