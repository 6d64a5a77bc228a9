package provider

import (
	"context"

	"github.com/hashicorp/terraform-plugin-framework/function"
	"github.com/hashicorp/terraform-plugin-framework/types"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemail"
	"github.com/cakemail/terraform-provider-cakemail/internal/provider/message"
)

var _ function.Function = eventsFunction{}

func newEventsFunction() function.Function { return eventsFunction{} }

// eventsFunction finds events by a pattern.
type eventsFunction struct{}

// Metadata implements [function.Function].
func (eventsFunction) Metadata(_ context.Context, _ function.MetadataRequest, resp *function.MetadataResponse) {
	resp.Name = "events"
}

// Definition implements [function.Function].
func (eventsFunction) Definition(_ context.Context, _ function.DefinitionRequest, resp *function.DefinitionResponse) {
	resp.Definition = function.Definition{
		Summary: "Find events by a pattern",
		MarkdownDescription: "Returns the set of [names](../guides/events-and-deliveries.md#names-of-events) matching `pattern` that new webhooks accept. " +
			"After a provider upgrade, check the plan: the names can change. Needs Terraform 1.8 or OpenTofu 1.7.",
		Parameters: []function.Parameter{function.StringParameter{
			Name: "pattern",
			MarkdownDescription: "Event name, where `*` matches any text, for example `\"Contact.*\"`, `\"*.Created\"` or `\"*\"`. " +
				"Case is ignored. A pattern without matches is an error.",
		}},
		Return: function.SetReturn{ElementType: types.StringType},
	}
}

// Run implements [function.Function].
func (eventsFunction) Run(ctx context.Context, req function.RunRequest, resp *function.RunResponse) {
	var pattern string
	if resp.Error = req.Arguments.Get(ctx, &pattern); resp.Error != nil {
		return
	}
	events, others := cakemail.EventsLike(pattern)
	if len(events) == 0 {
		said := message.NoEventLike(pattern, cakemail.SuggestPattern(pattern), len(others) > 0, cakemail.EventResources())
		resp.Error = function.NewArgumentFuncError(0, said)
		return
	}
	resp.Error = resp.Result.Set(ctx, events)
}
