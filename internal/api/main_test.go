package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/acctest"
	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
	"github.com/cakemail/terraform-provider-cakemail/internal/terraformcli"
)

// screen collects the output of several goroutines.
type screen struct{ acctest.Witness }

// String returns everything printed.
func (s *screen) String() string { return s.Told() }

// waitFor waits until the text is printed.
func (s *screen) waitFor(text string) {
	for !strings.Contains(s.String(), text) {
		time.Sleep(10 * time.Millisecond)
	}
}

// told answers as the environment.
func told(values map[string]string) func(string) string {
	return func(name string) string { return values[name] }
}

// started starts a server on a free port, and returns its output too.
func started(t *testing.T, form cakemailtest.Form, faults string) (*server, *screen) {
	t.Helper()
	chosen, err := choose(told(map[string]string{"FORM": string(form), "FAULT": faults, "PORT": "0"}))
	if err != nil {
		t.Fatal(err)
	}
	out := &screen{}
	server, err := start(t.Context(), chosen, out)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.api.Close)
	return server, out
}

var exported = regexp.MustCompile(`(?m)^  export (CAKEMAIL_\S+=\S+)$`)

// workspace is a folder in which Terraform uses the provider, with the printed exports as environment.
func workspace(t *testing.T, printed, configuration string) *terraformcli.Workspace {
	t.Helper()
	var environment []string
	for _, match := range exported.FindAllStringSubmatch(printed, -1) {
		environment = append(environment, match[1])
	}
	if len(environment) != 2 {
		t.Fatalf("%d lines export something, want 2:\n%s", len(environment), printed)
	}
	provider, err := acctest.ProviderFolder()
	if err != nil {
		t.Fatal(err)
	}
	made, err := terraformcli.New(t.Context(), t.TempDir(), provider, environment...)
	if err != nil {
		t.Fatal(err)
	}
	write(t, made, "main.tf", configuration)
	return made
}

func write(t *testing.T, into *terraformcli.Workspace, name, content string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(into.Folder, name), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(path)))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// firstWebhook is the README's first configuration, with its receiver at this address.
func firstWebhook(t *testing.T, receiver string) string {
	t.Helper()
	block := regexp.MustCompile("(?s)```terraform\n(.*?)```").FindStringSubmatch(read(t, "README.md"))
	if block == nil || !strings.Contains(block[1], "https://example.com") {
		t.Fatal("the README has no configuration with https://example.com")
	}
	return strings.Replace(block[1], "https://example.com", receiver, 1)
}

// The README's first webhook lives its whole life, whatever the API does.
func TestTheFirstWebhook(t *testing.T) {
	t.Parallel()
	for faults, noted := range map[string][]string{
		"":                         {"POST  201 /webhooks\n"},
		"lost-create":              {"POST  --- /webhooks  done, but the answer is lost\n"},
		"lagging-list":             {"GET   200 /webhooks  as it was 3 seconds ago\n"},
		"rate-limited":             {" 429 /webhooks"},
		"lost-create,lagging-list": {"POST  --- /webhooks  done, but the answer is lost\n", "GET   200 /webhooks  as it was 3 seconds ago\n"},
	} {
		t.Run(faults, func(t *testing.T) {
			t.Parallel()
			acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
				t.Helper()
				server, out := started(t, form, faults)
				terraform := workspace(t, out.String(), firstWebhook(t, "https://example.com"))
				acctest.Terraform(t, terraform, "apply", "-auto-approve")
				active, state := server.api.Active(), acctest.StateOf(t, terraform)
				if len(active) != 1 || len(state) != 1 || active[0].ID != state[0].ID || active[0].Secret != state[0].Secret {
					t.Errorf("the API has %d webhooks and the state %d, want the same one", len(active), len(state))
				}
				acctest.Terraform(t, terraform, "plan", "-detailed-exitcode")
				acctest.Terraform(t, terraform, "destroy", "-auto-approve")
				if all := server.api.Webhooks(); len(all) != 1 || !all[0].Archived {
					t.Errorf("after the destroy, the API has %d webhooks, want one that is archived", len(all))
				}
				for _, want := range noted {
					if !strings.Contains(out.String(), want) {
						t.Errorf("the output lacks %q:\n%s", want, out)
					}
				}
				expectNoSecret(t, server, out)
			})
		})
	}
}

// expectNoSecret fails if the token appears outside the line to paste, or any secret appears.
func expectNoSecret(t *testing.T, server *server, out *screen) {
	t.Helper()
	shown := exported.ReplaceAllString(out.String(), "")
	for _, secret := range server.api.Issued() {
		if strings.Contains(shown, secret) {
			t.Errorf("the output shows a secret:\n%s", shown)
		}
	}
}

func TestStartUpText(t *testing.T) {
	t.Parallel()
	for form, first := range map[cakemailtest.Form]string{
		cakemailtest.Reference: "An in-memory Cakemail API, as the API reference describes it.",
		cakemailtest.Guide:     "An in-memory Cakemail API, as the developer guide describes it.",
	} {
		for faults, lines := range map[string]string{
			"":            "No fault is on. To turn one on: make api FAULT=lost-create",
			"lost-create": "Fault lost-create: the first create is done, but its answer is lost.",
			"lagging-list,rate-limited": "Fault rate-limited: every third call gets 429 with Retry-After: 1.\n" +
				"Fault lagging-list: lists are 3 seconds behind.",
		} {
			server, out := started(t, form, faults)
			want := first + "\nPaste these two lines where you run Terraform:\n\n" +
				"  export CAKEMAIL_API_BASE=" + server.api.URL() + "\n" +
				"  export CAKEMAIL_ACCESS_TOKEN=" + cakemailtest.DefaultAccessToken + "\n\n" + lines + "\n" +
				"Enter posts a signed event to your webhook. For another event, type its name.\n" +
				"The token also works for accounts 42 and 43.\n" +
				"Ctrl-C stops the API and discards its webhooks.\n\n"
			if out.String() != want {
				t.Errorf("got:\n%s\nwant:\n%s", out, want)
			}
			for line := range strings.Lines(out.String()) {
				if len(strings.TrimSuffix(line, "\n")) >= 80 {
					t.Errorf("too wide: %s", line)
				}
			}
		}
	}
}

func TestWhatIsChosen(t *testing.T) {
	t.Parallel()
	const faults = "choose lost-create, lagging-list or rate-limited, or several with commas between"
	for _, test := range []struct{ name, value, want string }{
		{"FORM", "", "reference [] 2253"},
		{"FORM", "guide", "guide [] 2253"},
		{"FORM", "manual", "FORM=manual is unknown: choose reference or guide"},
		{"FORM", "guide reference", "FORM=guide reference is unknown: choose reference or guide"},
		{"FAULT", "rate-limited", "reference [rate-limited] 2253"},
		{"FAULT", "lost-create,rate-limited", "reference [rate-limited lost-create] 2253"},
		{"FAULT", "lost-create,lost-create", "reference [lost-create] 2253"},
		{"FAULT", "lost-create,lost", "FAULT=lost-create,lost is unknown: " + faults},
		{"FAULT", "lost-create,", "FAULT=lost-create, is unknown: " + faults},
		{"FAULT", "lost-create lagging-list", "FAULT=lost-create lagging-list is unknown: " + faults},
		{"PORT", "65535", "reference [] 65535"},
		{"PORT", "65536", "PORT=65536 is not a port: choose a number from 1 to 65535"},
		{"PORT", "-1", "PORT=-1 is not a port: choose a number from 1 to 65535"},
		{"PORT", "abc", "PORT=abc is not a port: choose a number from 1 to 65535"},
		{"PORT", "23991 22", "PORT=23991 22 is not a port: choose a number from 1 to 65535"},
	} {
		chosen, err := choose(told(map[string]string{test.name: test.value}))
		names := []string{}
		for _, misbehaving := range chosen.faults {
			names = append(names, misbehaving.name)
		}
		got := fmt.Sprintf("%s %v %d", chosen.form, names, chosen.port)
		if err != nil {
			got = err.Error()
		}
		if got != test.want {
			t.Errorf("%s=%s: got %q, want %q", test.name, test.value, got, test.want)
		}
	}
}

func TestATakenPort(t *testing.T) {
	t.Parallel()
	taken, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	address, _ := taken.Addr().(*net.TCPAddr)
	err = run(t.Context(), settings{form: cakemailtest.Guide, port: address.Port}, strings.NewReader(""), io.Discard)
	if want := fmt.Sprintf(`^port %d: .+\. Choose another one: make api PORT=2254$`, address.Port); err == nil ||
		!regexp.MustCompile(want).MatchString(err.Error()) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Enter posts the newest webhook's event; a name posts that event. Each goes to all subscribed webhooks.
func TestEventsOnDemand(t *testing.T) {
	t.Parallel()
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		server, out := started(t, form, "")
		receiver := acctest.NewReceiver(t, func(answer http.ResponseWriter, _ *http.Request) { answer.WriteHeader(http.StatusAccepted) })
		in, keyboard := io.Pipe()
		go server.deliverOnDemand(t.Context(), in)
		enter := func(line, want string) {
			_, _ = io.WriteString(keyboard, line+"\n")
			out.waitFor(want)
		}
		enter("", "There is no active webhook.\n")

		terraform := workspace(t, out.String(), firstWebhook(t, receiver.Server.URL))
		acctest.Terraform(t, terraform, "apply", "-auto-approve")
		enter("", "Signed Contact.Added to "+receiver.Server.URL+": 202 Accepted\n")
		deliveries := receiver.Deliveries()
		if secret := strings.TrimSpace(acctest.Terraform(t, terraform, "output", "-raw", "secret")); len(deliveries) != 1 || !deliveries[0].Genuine(secret) {
			t.Errorf("%d deliveries, want one that is signed with the secret", len(deliveries))
		}
		enter(strings.Repeat("long", 20_000), "No active webhook is subscribed to \""+strings.Repeat("long", 25)+"\".\n")
		enter("Email.Opened", "No active webhook is subscribed to \"Email.Opened\".\n")

		private := "/hooks/geheim?key=geheim"
		server.api.Add(cakemailtest.Webhook{URL: receiver.Server.URL + private, Events: []string{"Email.Bounced"}})
		server.api.Add(cakemailtest.Webhook{URL: receiver.Server.URL + private, Events: []string{"Contact.Added"}})
		server.api.Add(cakemailtest.Webhook{URL: receiver.Server.URL, Events: []string{"Contact.Added"}, Archived: true})
		enter(" Email.Bounced ", "Signed Email.Bounced to "+receiver.Server.URL+": 202 Accepted\n")
		if got := len(receiver.Deliveries()); got != 2 {
			t.Errorf("%d deliveries, want 2", got)
		}
		receiver.Server.Close()
		enter("", "Signed Contact.Added to "+receiver.Server.URL+": no answer (")
		_ = keyboard.Close()
		if strings.Contains(out.String(), "geheim") {
			t.Errorf("the output shows more than the host of a URL:\n%s", out)
		}
		expectNoSecret(t, server, out)
	})
}

// The guide's module is tested against the API, as the guide says.
func TestAModule(t *testing.T) {
	t.Parallel()
	name, minor, err := terraformcli.Version(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if needed := map[string]int{"Terraform": 7, "OpenTofu": 8}[name]; minor < needed {
		t.Skipf("the module needs %s 1.%d", name, needed)
	}
	const example = "examples/guides/module-test/"
	acctest.EachForm(t, func(t *testing.T, form cakemailtest.Form) {
		t.Helper()
		server, out := started(t, form, "lost-create")
		terraform := workspace(t, out.String(), read(t, example+"main.tf"))
		write(t, terraform, "main.tftest.hcl", read(t, example+"main.tftest.hcl"))
		test := strings.Replace(read(t, example+"api.tftest.hcl"), fmt.Sprintf("http://127.0.0.1:%d", defaultPort), server.api.URL(), 1)
		write(t, terraform, "api.tftest.hcl", test)
		if output := acctest.Terraform(t, terraform, "test"); !strings.Contains(output, "4 passed, 0 failed") {
			t.Errorf("not every test passed:\n%s", output)
		}
		if all, active := len(server.api.Webhooks()), len(server.api.Active()); all != 2 || active != 0 {
			t.Errorf("the API made %d webhooks, of which %d are active, want 2 and none", all, active)
		}

		// This change replaces each webhook when an event is added.
		mistaken := strings.NewReplacer(
			"for_each = var.events", `for_each = { for event in var.events : "${event} of ${length(var.events)}" => event }`,
			"event, webhook in cakemail_webhook.events : event", "webhook in cakemail_webhook.events : one(webhook.events)",
		).Replace(read(t, example+"main.tf"))
		write(t, terraform, "main.tf", mistaken)
		output := acctest.RefusedTerraform(t, terraform, "test", "-filter=api.tftest.hcl")
		if !strings.Contains(output, "must keep their secrets") && !strings.Contains(output, "Unknown condition value") {
			t.Errorf("the mistake was not found:\n%s", output)
		}
	})
}

// The program exits with 0 when interrupted, and goes on when its input ends.
func TestTheProgram(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows can only kill")
	}
	built := filepath.Join(t.TempDir(), "api")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", built, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, output)
	}
	for name, stop := range map[string]os.Signal{"Ctrl-C": os.Interrupt, "SIGTERM": syscall.SIGTERM} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			out := &screen{}
			program := exec.CommandContext(t.Context(), built)
			program.Env = append(os.Environ(), "PORT=0", "FORM=guide", "FAULT=")
			program.Stdout, program.Stderr = out, out
			if err := program.Start(); err != nil {
				t.Fatal(err)
			}
			out.waitFor("its webhooks.\n\n")
			terraform := workspace(t, out.String(), firstWebhook(t, "https://example.com"))
			acctest.Terraform(t, terraform, "apply", "-auto-approve")
			_ = program.Process.Signal(stop)
			if err := program.Wait(); err != nil {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
	t.Run("the end of go run", func(t *testing.T) {
		t.Parallel()
		out := &screen{}
		// The shell stands for go run: SIGTERM ends only the shell.
		parent := exec.CommandContext(t.Context(), "sh", "-c", built+"; :")
		parent.Env, parent.Stdout = append(os.Environ(), "PORT=0", "FORM=", "FAULT="), out
		if err := parent.Start(); err != nil {
			t.Fatal(err)
		}
		out.waitFor("its webhooks.\n\n")
		_ = parent.Process.Signal(syscall.SIGTERM)
		// Wait returns when nobody can write to the output any more.
		if err := parent.Wait(); err == nil {
			t.Error("the parent ended well, want it ended by the signal")
		}
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := run(ctx, settings{form: cakemailtest.Reference}, strings.NewReader(""), io.Discard); err != nil {
		t.Error(err)
	}
}

func TestOnlyTheHostOfAnAddressIsShown(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ answer, want string }{
		"a redirect":              {"HTTP/1.1 302 Found\r\nLocation: /geheim\r\nContent-Length: 0\r\n\r\n", "302 Found"},
		"a redirect to nowhere":   {"HTTP/1.1 302 Found\r\nLocation: http://[geheim\r\nContent-Length: 0\r\n\r\n", "302 Found"},
		"a status without a name": {"HTTP/1.1 299 geheim\r\nContent-Length: 0\r\n\r\n", "299"},
		"an answer that echoes":   {"POST /geheim HTTP/1.1\r\n\r\n", "no complete HTTP answer"},
		"a header that echoes":    {"HTTP/1.1 200 OK\r\n/geheim\r\n\r\n", "no complete HTTP answer"},
		"nothing":                 {"", "no complete HTTP answer"},
		"no HTTPS":                {"", "no answer (tls: first record does not look like a TLS handshake)"},
		"an answer that is short": {"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\ngeheim", "no complete HTTP answer"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			receiver := httptest.NewServer(http.HandlerFunc(func(writer http.ResponseWriter, _ *http.Request) {
				connection, _, err := http.NewResponseController(writer).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.WriteString(connection, test.answer)
				_ = connection.Close()
			}))
			t.Cleanup(receiver.Close)
			server, out := started(t, cakemailtest.Reference, "")
			if name == "no HTTPS" {
				receiver.URL = strings.Replace(receiver.URL, "http:", "https:", 1)
			}
			address := strings.Replace(receiver.URL, "://", "://me:geheim@", 1) + "/geheim?key=geheim"
			server.api.Add(cakemailtest.Webhook{URL: address, Events: []string{"Contact.Added"}})
			server.deliverOnDemand(t.Context(), strings.NewReader("Contact.Added"))
			if want := "Signed Contact.Added to " + receiver.URL + ": " + test.want + "\n"; !strings.HasSuffix(out.String(), want) ||
				strings.Contains(out.String(), "geheim") {
				t.Errorf("got:\n%s\nwant, at the end:\n%s", out, want)
			}
		})
	}
}
