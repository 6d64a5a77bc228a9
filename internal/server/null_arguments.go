package server

import "github.com/hashicorp/terraform-plugin-go/tfprotov6"

// msgpackNil is null in MessagePack.
const msgpackNil = 0xc0

// withNullArguments works around OpenTofu (seen in 1.12.6): it passes an argument
// of a function that is null as a value without any data, which the framework
// refuses as a defect of the provider. It can go when TestFunctionsInTerraform1_8
// passes under OpenTofu without it.
func withNullArguments(request *tfprotov6.CallFunctionRequest) *tfprotov6.CallFunctionRequest {
	for index, argument := range request.Arguments {
		if argument != nil && len(argument.MsgPack) == 0 && len(argument.JSON) == 0 {
			request.Arguments[index] = &tfprotov6.DynamicValue{MsgPack: []byte{msgpackNil}}
		}
	}
	return request
}
