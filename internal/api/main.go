// Command api serves the in-memory Cakemail API on loopback until it is interrupted, to try the provider without an
// account. It shows each call, and delivers events on demand.
package main

import (
	"bufio"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/signal"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/mask"
)

// descriptions are the names of the forms.
var descriptions = map[cakemailtest.Form]string{cakemailtest.Reference: "the API reference", cakemailtest.Guide: "the developer guide"}

// misbehaviour is a fault that users can choose.
type misbehaviour struct {
	name, words string
	fault       cakemailtest.Fault
}

// misbehaviours are in the order in which they come first.
var misbehaviours = []misbehaviour{
	{"rate-limited", "every third call gets 429 with Retry-After: 1", cakemailtest.RateLimited},
	{"lost-create", "the first create is done, but its answer is lost", cakemailtest.LostCreate},
	{"lagging-list", "lists are 3 seconds behind", cakemailtest.LaggingList},
}

const (
	// defaultPort is CAKE on a telephone.
	defaultPort = 2253
	// longestDelivery is how long a receiver may take to answer.
	longestDelivery = 10 * time.Second
)

// settings are what the user chose.
type settings struct {
	form   cakemailtest.Form
	faults []misbehaviour
	port   int
}

// choose reads the environment, where make puts FORM, FAULT and PORT.
func choose(getenv func(string) string) (settings, error) {
	form := cakemailtest.Form(cmp.Or(getenv("FORM"), string(cakemailtest.Reference)))
	if descriptions[form] == "" {
		return settings{}, fmt.Errorf("FORM=%s is unknown: choose reference or guide", form)
	}
	var faults []misbehaviour
	if names := getenv("FAULT"); names != "" {
		chosen := strings.Split(names, ",")
		faults = slices.DeleteFunc(slices.Clone(misbehaviours), func(known misbehaviour) bool { return !slices.Contains(chosen, known.name) })
		slices.Sort(chosen)
		if len(faults) < len(slices.Compact(chosen)) {
			return settings{}, fmt.Errorf("FAULT=%s is unknown: choose lost-create, lagging-list or rate-limited, or several with commas between", names)
		}
	}
	// The tests choose 0, which is any free port.
	port := cmp.Or(getenv("PORT"), strconv.Itoa(defaultPort))
	number, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return settings{}, fmt.Errorf("PORT=%s is not a port: choose a number from 1 to 65535", port)
	}
	return settings{form, faults, int(number)}, nil
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	chosen, err := choose(os.Getenv)
	if err == nil {
		err = run(ctx, chosen, os.Stdin, os.Stdout)
	}
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run serves until ctx or the parent process ends: go run does not pass on SIGTERM.
func run(ctx context.Context, chosen settings, in io.Reader, out io.Writer) error {
	server, err := start(ctx, chosen, out)
	if err != nil {
		return err
	}
	defer server.api.Close()
	go server.deliverOnDemand(ctx, in)
	parent, tick := os.Getppid(), time.NewTicker(time.Second)
	defer tick.Stop()
	for os.Getppid() == parent {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
	return nil
}

// server is the API and what shows it.
type server struct {
	api *cakemailtest.Server
	out io.Writer
}

// start starts the API, and says how to use it.
func start(ctx context.Context, chosen settings, out io.Writer) (*server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", fmt.Sprintf("127.0.0.1:%d", chosen.port))
	if err != nil {
		return nil, fmt.Errorf("port %d: %w. Choose another one: make api PORT=%d", chosen.port, errors.Unwrap(err), defaultPort+1)
	}
	started := &server{out: out}
	started.api = cakemailtest.Start(cakemailtest.WithListener(listener), cakemailtest.WithForm(chosen.form),
		cakemailtest.WithReport(started.show), cakemailtest.WithoutCalls())
	fmt.Fprintf(out, "An in-memory Cakemail API, as %s describes it.\n", descriptions[chosen.form])
	fmt.Fprintf(out, "Paste these two lines where you run Terraform:\n\n")
	fmt.Fprintf(out, "  export CAKEMAIL_API_BASE=%s\n", started.api.URL())
	fmt.Fprintf(out, "  export CAKEMAIL_ACCESS_TOKEN=%s\n\n", cakemailtest.DefaultAccessToken)
	faults := []cakemailtest.Fault{}
	for _, misbehaving := range chosen.faults {
		faults = append(faults, misbehaving.fault)
		fmt.Fprintf(out, "Fault %s: %s.\n", misbehaving.name, misbehaving.words)
	}
	if len(faults) == 0 {
		fmt.Fprintf(out, "No fault is on. To turn one on: make api FAULT=lost-create\n")
	}
	started.api.SetFaults(faults...)
	fmt.Fprintf(out, "Enter posts a signed event to your webhook. For another event, type its name.\n")
	fmt.Fprintf(out, "The token also works for accounts 42 and 43.\n")
	fmt.Fprintf(out, "Ctrl-C stops the API and discards its webhooks.\n\n")
	return started, nil
}

// say writes a line with the time.
func (s *server) say(format string, arguments ...any) {
	fmt.Fprintf(s.out, time.Now().Format(time.TimeOnly)+" "+format+"\n", arguments...)
}

// show shows a call.
func (s *server) show(call cakemailtest.Call) {
	status, note := fmt.Sprint(call.Status), ""
	switch {
	case call.Status == 0:
		status, note = "---", "  done, but the answer is lost"
	case call.Faulted && call.Operation == cakemailtest.List && call.Status == http.StatusOK:
		note = "  as it was 3 seconds ago"
	}
	if query, _ := url.ParseQuery(call.RawQuery); query.Has("account_id") {
		note = "  account " + query.Get("account_id") + note
	}
	s.say("%-5s %s %s%s", call.Method, status, call.Path, note)
}

// deliverOnDemand posts the event in each line. The API goes on when the input ends.
func (s *server) deliverOnDemand(ctx context.Context, in io.Reader) {
	for lines := bufio.NewReader(in); ; {
		line, err := lines.ReadString('\n')
		if err != nil && line == "" {
			return
		}
		s.deliver(ctx, strings.TrimSpace(line))
	}
}

// deliver posts the event, or the newest webhook's, to each subscribed webhook.
func (s *server) deliver(ctx context.Context, event string) {
	webhooks := s.api.Active()
	if len(webhooks) == 0 {
		s.say("There is no active webhook.")
		return
	}
	if event == "" {
		event = webhooks[len(webhooks)-1].Events[0]
	}
	webhooks = slices.DeleteFunc(webhooks, func(webhook cakemailtest.Webhook) bool { return !slices.Contains(webhook.Events, event) })
	if len(webhooks) == 0 {
		s.say("No active webhook is subscribed to %.100q.", event)
	}
	for _, webhook := range webhooks {
		s.say("Signed %s to %s: %s", event, mask.Origin(webhook.URL), s.answerTo(ctx, webhook.ID, event))
	}
}

// answerTo posts the event, and returns the receiver's answer.
func (s *server) answerTo(ctx context.Context, id, event string) string {
	ctx, cancel := context.WithTimeout(ctx, longestDelivery)
	defer cancel()
	delivery, err := s.api.Deliver(ctx, id, event)
	if err == nil {
		return strings.TrimSpace(fmt.Sprint(delivery.Status, " ", http.StatusText(delivery.Status)))
	}
	// Other errors can quote what the receiver sent, which can repeat the URL with its secrets.
	for _, known := range []error{as[net.Error](err), as[*tls.CertificateVerificationError](err), as[tls.RecordHeaderError](err)} {
		if known != nil {
			return fmt.Sprintf("no answer (%v)", known)
		}
	}
	return "no complete HTTP answer"
}

// as returns the first error of this type in the tree of err, or nil.
func as[T error](err error) error {
	if found, ok := errors.AsType[T](err); ok {
		return found
	}
	return nil
}
