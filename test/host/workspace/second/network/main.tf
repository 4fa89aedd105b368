locals {
  inbound = {
    https = { priority = 100, port = "443", source = "Internet" }
    rdp   = { priority = 110, port = "3389", source = "0.0.0.0/0" }
  }
}

resource "azurerm_network_security_group" "app" {
  name                = "tf-nsg"
  location            = "westeurope"
  resource_group_name = "app-rg"
}

resource "azurerm_network_security_rule" "inbound" {
  for_each = local.inbound

  name                        = "allow-${each.key}"
  priority                    = each.value.priority
  direction                   = "Inbound"
  access                      = "Allow"
  protocol                    = "Tcp"
  source_port_range           = "*"
  destination_port_range      = each.value.port
  source_address_prefix       = each.value.source
  destination_address_prefix  = "*"
  resource_group_name         = "app-rg"
  network_security_group_name = azurerm_network_security_group.app.name
}
