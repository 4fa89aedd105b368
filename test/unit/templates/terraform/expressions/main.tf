variable "obj" {
  type = object({
    a = string
    b = optional(number, 5)
    c = optional(list(string), ["x"])
    d = optional(object({ e = optional(string, "E"), f = optional(bool) }), {})
    g = optional(string)
    m = optional(map(number), { z = 1 })
  })
  default = { a = 1 }
}
variable "objs" {
  type = map(object({
    port   = optional(number, 22)
    ranges = optional(set(string))
    deep   = optional(list(object({ n = string, k = optional(string, "K") })), [])
  }))
  default = { one = {}, two = { port = "3389", ranges = ["b", "a", "a"], deep = [{ n = "x" }] } }
}
variable "tup" {
  type = tuple([string, number])
  default = [1, "2"]
}
variable "anyv" {
  type = any
  default = { a = [1, "x", { b = true }] }
}
variable "lst" {
  type    = list(string)
  default = [22, 3389, true]
}
variable "nn" {
  type     = string
  default  = "fallback"
  nullable = false
}
variable "mp" {
  type = map(string)
  default = { x = 1, a = true }
}
variable "st" {
  type = set(string)
  default = ["b", "a", "b"]
}
locals {
  list  = ["a", "b", "c"]
  map   = { b = 2, a = 1 }
  empty = []
  nul   = null
  web = {
    rules = [
      { name = "ssh", port = 22, tags = ["x", "y"] },
      { name = "rdp", port = 3389, tags = [] },
    ]
  }
  heredoc = <<-EOT
    line1
      line2 ${local.list[0]}
    %{ for s in local.list ~}
    item ${s}
    %{ endfor ~}
    end
  EOT
  plainheredoc = <<EOT
  a
b
EOT
}
