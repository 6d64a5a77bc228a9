variable "size" {
  type = number
}

variable "revision" {
  type    = number
  default = 1
}

resource "terraform_data" "bench" {
  count = var.size

  input = "https://example.com/hooks/${count.index}/${var.revision}"
}
