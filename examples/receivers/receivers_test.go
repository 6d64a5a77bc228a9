// Package receivers tests the receivers of the guides as the programs they are.
package receivers

import (
	"bufio"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/cakemail/terraform-provider-cakemail/internal/cakemailtest"
)

// receivers maps a language to its receiver; nil where it cannot run here.
func receivers(t *testing.T) map[string][]string {
	t.Helper()
	built := filepath.Join(t.TempDir(), "receiver")
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", built, "./go").CombinedOutput(); err != nil {
		t.Fatalf("building the receiver: %v\n%s", err, output)
	}
	return map[string][]string{
		"go":     {built},
		"node":   installed("node", filepath.Join("node", "receiver.mjs")),
		"python": installed("python3", filepath.Join("python", "receiver.py")),
	}
}

func installed(interpreter, program string) []string {
	if _, err := exec.LookPath(interpreter); err != nil {
		return nil
	}
	return []string{interpreter, program}
}

// eachReceiver runs the test with the command of each receiver that can run here.
func eachReceiver(t *testing.T, test func(t *testing.T, command []string)) {
	t.Helper()
	for language, command := range receivers(t) {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			if command == nil {
				t.Skipf("%s is not installed", language)
			}
			test(t, command)
		})
	}
}

// oldSecret is that of a webhook that was replaced, or of another event's.
const oldSecret = "old-secret"

func TestReceivers(t *testing.T) {
	t.Parallel()
	eachReceiver(t, func(t *testing.T, command []string) {
		t.Helper()
		api := cakemailtest.Start()
		t.Cleanup(api.Close)
		webhook := api.Add(cakemailtest.Webhook{Events: []string{"Contact.Added"}})
		// A secret that is not even UTF-8 does not keep the others from being looked at.
		address := start(t, command, "\xff "+oldSecret+" "+webhook.Secret+"\n").address
		if !strings.HasPrefix(address, "http://127.0.0.1:") {
			t.Errorf("the receiver listens on %s, want 127.0.0.1 where HOST is empty", address)
		}
		api.Change(webhook.ID, func(webhook *cakemailtest.Webhook) { webhook.URL = address })

		delivery, err := api.Deliver(t.Context(), webhook.ID, "Contact.Added")
		if err != nil {
			t.Fatal(err)
		}
		if delivery.Status != http.StatusNoContent {
			t.Errorf("a signed delivery was answered with %d, want 204", delivery.Status)
		}
		testSignatures(t, address, webhook.Secret)
		testCurl(t, address, webhook.Secret)
		testTooLarge(t, address)
		testRawRequests(t, address, webhook.Secret)
	})
}

// The three receivers agree: a signature is good if it is, to the letter, the one
// that Cakemail sends.
func testSignatures(t *testing.T, address, secret string) {
	t.Helper()
	const guide, reference = "X-Cakemail-Signature", "X-Signature"
	body, signature := signedWithEveryLetter(secret)
	for name, test := range map[string]struct {
		header, signature string
		body              []byte
		want              int
	}{
		"the guide's header alone":         {guide, signature, body, http.StatusNoContent},
		"the reference's header alone":     {reference, signature, body, http.StatusNoContent},
		"the other secret":                 {guide, sign(body, oldSecret), body, http.StatusNoContent},
		"a body that was tampered with":    {guide, signature, append(bytes.Clone(body), ' '), http.StatusUnauthorized},
		"an empty body":                    {guide, signature, nil, http.StatusUnauthorized},
		"no signature":                     {"X-Other", signature, body, http.StatusUnauthorized},
		"an empty signature":               {guide, "", body, http.StatusUnauthorized},
		"half a signature":                 {guide, signature[:20], body, http.StatusUnauthorized},
		"a secret that nobody has":         {guide, sign(body, "another secret"), body, http.StatusUnauthorized},
		"the empty secret":                 {guide, sign(body, ""), body, http.StatusUnauthorized},
		"all secrets as one":               {guide, sign(body, oldSecret+" "+secret), body, http.StatusUnauthorized},
		"a signature that is no base64":    {guide, "!", body, http.StatusUnauthorized},
		"an unpadded signature":            {guide, strings.TrimRight(signature, "="), body, http.StatusUnauthorized},
		"the alphabet for URLs":            {guide, strings.NewReplacer("+", "-", "/", "_").Replace(signature), body, http.StatusUnauthorized},
		"rubbish behind the signature":     {guide, signature + "!", body, http.StatusUnauthorized},
		"rubbish within the signature":     {guide, signature[:20] + "!" + signature[20:], body, http.StatusUnauthorized},
		"a space within the signature":     {guide, signature[:20] + " " + signature[20:], body, http.StatusUnauthorized},
		"another spelling of its last bit": {guide, otherUnusedBits(signature), body, http.StatusUnauthorized},
		"a signature that is not ASCII":    {guide, "\xe9" + signature[1:], body, http.StatusUnauthorized},
		"a space that is not ASCII":        {guide, signature + "\xa0", body, http.StatusUnauthorized},
		"the signature twice":              {guide, signature + signature, body, http.StatusUnauthorized},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(test.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set(test.header, test.signature)
		if got := answerTo(t, request); got != test.want {
			t.Errorf("%s was answered with %d, want %d", name, got, test.want)
		}
	}
}

func answerTo(t *testing.T, request *http.Request) int {
	t.Helper()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	return response.StatusCode
}

// A Service of Kubernetes, or a proxy, reaches the receiver from elsewhere and asks whether it is
// healthy. The log says what was refused, and nothing that could be used to forge an event.
func TestReceiversBehindAProxy(t *testing.T) {
	t.Parallel()
	eachReceiver(t, func(t *testing.T, command []string) {
		t.Helper()
		receiver := start(t, command, "secret", "HOST=0.0.0.0")
		address := receiver.loopback(t)
		if receiver.address == address {
			t.Errorf("the receiver listens on %s, although HOST is 0.0.0.0", address)
		}
		body := []byte("{}")
		for _, test := range []struct {
			method, path, signature string
			status                  int
			// log is "" where no line is looked for.
			log string
		}{
			{http.MethodGet, "/healthz", "", http.StatusOK, ""},
			{http.MethodPost, "/", sign(body, "secret"), http.StatusNoContent, "accepted 2 bytes"},
			{http.MethodPost, "/?key=k3y", sign(body, "another"), http.StatusUnauthorized, "refused 2 bytes: not signed with CAKEMAIL_WEBHOOK_SECRET"},
			{http.MethodPost, "/healthz", "", http.StatusUnauthorized, "refused 2 bytes: not signed with CAKEMAIL_WEBHOOK_SECRET"},
			// A client that follows a redirect with GET must not take the event for delivered.
			{http.MethodGet, "/", "", http.StatusUnauthorized, ""},
		} {
			request, err := http.NewRequestWithContext(t.Context(), test.method, address+test.path, nil)
			if err != nil {
				t.Fatal(err)
			}
			if test.method == http.MethodPost {
				request.Body, request.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			}
			request.Header.Set("X-Signature", test.signature)
			if got := answerTo(t, request); got != test.status {
				t.Errorf("%s %s was answered with %d, want %d", test.method, test.path, got, test.status)
			}
			if test.log == "" {
				continue
			}
			line, err := receiver.output.ReadString('\n')
			if want := logged(test.log); !want.MatchString(line) {
				t.Errorf("after %s %s, the log has %q (%v), want %q with or without the time", test.method, test.path, line, err, test.log)
			}
		}
	})
}

// Kubernetes ends a receiver with SIGTERM: what has begun to arrive is still answered.
func TestReceiversEndInOrder(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no SIGTERM")
	}
	eachReceiver(t, func(t *testing.T, command []string) {
		t.Helper()
		receiver := start(t, command, "secret")
		// A connection that sends nothing does not keep the receiver.
		dial(t, receiver.address)
		// Of what is not a delivery, the log says nothing: it can hold a key.
		malformed := dial(t, receiver.address)
		fmt.Fprint(malformed, "GET /?key=k3y rubbish\r\n\r\n")
		_, _ = io.Copy(io.Discard, malformed)
		reset, _ := begin(t, receiver.address)
		_ = reset.SetLinger(0)
		reset.Close()
		begun, answers := begin(t, receiver.address)

		if err := receiver.command.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		for {
			refused, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(receiver.address, "http://"))
			if err != nil {
				break
			}
			refused.Close()
		}
		fmt.Fprint(begun, "{}")
		testAnswer(t, answers, http.StatusNoContent)
		begun.Close()
		log, _ := io.ReadAll(receiver.output)
		if err := receiver.command.Wait(); err != nil {
			t.Errorf("the receiver ended with %v, want no error; its log:\n%s", err, log)
		}
		if want := logged("accepted 2 bytes"); !want.Match(log) {
			t.Errorf("the log has\n%s\nwant only that the delivery was accepted", log)
		}
	})
}

// begin sends a signed delivery up to its body, which the receiver then waits for.
func begin(t *testing.T, address string) (*net.TCPConn, *bufio.Reader) {
	t.Helper()
	connection := dial(t, address)
	const head = "POST / HTTP/1.1\r\nHost: receiver\r\nX-Signature: %s\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n"
	fmt.Fprintf(connection, head, sign([]byte("{}"), "secret"))
	answers := bufio.NewReader(connection)
	testAnswer(t, answers, http.StatusContinue)
	return connection, answers
}

// logged matches one line of a log, with or without the time.
func logged(line string) *regexp.Regexp {
	return regexp.MustCompile(`^([0-9/]{10} [0-9:]{8} )?` + line + `\r?\n$`)
}

// Ctrl-C ends a receiver at once, and without a traceback.
func TestReceiversEndOnInterrupt(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" || signal.Ignored(os.Interrupt) {
		t.Skip("a program that this one starts gets no SIGINT")
	}
	eachReceiver(t, func(t *testing.T, command []string) {
		t.Helper()
		receiver := start(t, command, "secret")
		if err := receiver.command.Process.Signal(os.Interrupt); err != nil {
			t.Fatal(err)
		}
		if log, err := io.ReadAll(receiver.output); err != nil || len(log) > 0 {
			t.Errorf("after Ctrl-C, the log has %q (%v), want nothing", log, err)
		}
		if err := receiver.command.Wait(); err == nil || err.Error() != "signal: interrupt" {
			t.Errorf("the receiver ended with %v, want that Ctrl-C ended it", err)
		}
	})
}

// Slow clients must not hold the receiver's connections for ever.
func TestReceiversEndSlowRequests(t *testing.T) {
	t.Parallel()
	eachReceiver(t, func(t *testing.T, command []string) {
		t.Helper()
		address := start(t, command, "secret").address
		late := time.Now().Add(50 * time.Second)
		const head = "POST / HTTP/1.1\r\nHost: receiver\r\n"
		const length = "Content-Length: 1000\r\n\r\n"
		slow := map[string]*net.TCPConn{}
		for name, begin := range map[string]string{
			"headers that trickle in": head + "X-Other: ",
			"a body that trickles in": head + length,
			"a body that stalls":      head + length + "{",
		} {
			connection := dial(t, address)
			slow[name] = connection
			fmt.Fprint(connection, begin)
			go func() {
				for name != "a body that stalls" {
					if _, err := fmt.Fprint(connection, "x"); err != nil {
						return
					}
					time.Sleep(time.Second)
				}
			}()
		}
		for name, connection := range slow {
			_ = connection.SetReadDeadline(late)
			if _, err := io.Copy(io.Discard, connection); errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("of %s, the receiver still waits for more, long after 10 seconds", name)
			}
		}
	})
}

func TestReceiversOnIPv6(t *testing.T) {
	t.Parallel()
	if listener, err := net.Listen("tcp", "[::1]:0"); err != nil {
		t.Skipf("there is no IPv6: %v", err)
	} else {
		listener.Close()
	}
	eachReceiver(t, func(t *testing.T, command []string) {
		t.Helper()
		for _, host := range []string{"::1", "::"} {
			address := start(t, command, "secret", "HOST="+host).address
			port := address[strings.LastIndex(address, ":"):]
			request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://[::1]"+port+"/healthz", nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := answerTo(t, request); got != http.StatusOK {
				t.Errorf("with HOST=%s, the health check was answered with %d, want 200", host, got)
			}
		}
	})
}

// What the guide signs by hand is a signature like Cakemail's.
func testCurl(t *testing.T, address, secret string) {
	t.Helper()
	for _, program := range []string{"sh", "openssl", "curl"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Logf("%s is not installed, so the shell script is not tested", program)
			return
		}
	}
	for used, want := range map[string]string{secret: " 204 ", "another secret": " 401 "} {
		script := exec.CommandContext(t.Context(), "sh", filepath.Join("curl", "deliver.sh"), address)
		script.Env = append(os.Environ(), "CAKEMAIL_WEBHOOK_SECRET="+used, "NO_PROXY=127.0.0.1")
		output, err := script.CombinedOutput()
		if line, _, _ := strings.Cut(string(output), "\n"); err != nil || !strings.Contains(line, want) {
			t.Errorf("the script ended with %v and printed %q, want the answer%s", err, output, want)
		}
	}
}

func testAnswer(t *testing.T, answers *bufio.Reader, want int) {
	t.Helper()
	response, err := http.ReadResponse(answers, nil)
	if err != nil {
		t.Fatalf("there was no answer, want %d: %v", want, err)
	}
	response.Body.Close()
	if response.StatusCode != want {
		t.Errorf("the answer was %d, want %d", response.StatusCode, want)
	}
}

// signedWithEveryLetter returns a body whose signature has both characters that
// the two alphabets of base64 do not share.
func signedWithEveryLetter(secret string) ([]byte, string) {
	for attempt := 0; ; attempt++ {
		body := fmt.Appendf(nil, `{"event":"Contact.Added","data":{"id":%d}}`, attempt)
		if signature := sign(body, secret); strings.Contains(signature, "+") && strings.Contains(signature, "/") {
			return body, signature
		}
	}
}

// otherUnusedBits decodes to the same bytes by a lenient decoder: the last letter
// of 32 bytes in base64 has two bits that count for nothing.
func otherUnusedBits(signature string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	last := strings.IndexByte(alphabet, signature[42])
	return signature[:42] + string(alphabet[last+1]) + "="
}

// A body without end must not fill the receiver's memory. It may also hang up on it.
func testTooLarge(t *testing.T, address string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, bytes.NewReader(make([]byte, 1<<20+1)))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return
	}
	response.Body.Close()
	if response.StatusCode != http.StatusBadRequest {
		t.Errorf("more than 1 MiB was answered with %d, want 400", response.StatusCode)
	}
}

func sign(body []byte, secret string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Go's client does not send such requests, so they are written byte by byte.
func testRawRequests(t *testing.T, address, secret string) {
	t.Helper()
	const length = "Content-Length: %s\r\n\r\n"
	signature := "X-Signature: " + sign([]byte("{}"), secret)
	for name, test := range map[string]struct {
		headers string
		want    int
	}{
		"a negative length":             {fmt.Sprintf(length, "-1"), http.StatusBadRequest},
		"a digit that is not ASCII":     {fmt.Sprintf(length, "\xb2"), http.StatusBadRequest},
		"more digits than a number has": {fmt.Sprintf(length, strings.Repeat("1", 5000)), http.StatusBadRequest},
		"a body that ends early":        {signature + "\r\n" + fmt.Sprintf(length, "100") + "{}", http.StatusBadRequest},
		"spaces behind the signature":   {signature + " \t \r\n" + fmt.Sprintf(length, "2") + "{}", http.StatusNoContent},
		"a signature in two headers": {
			signature + "\r\n" + signature + "\r\n" + fmt.Sprintf(length, "2") + "{}", http.StatusNoContent,
		},
		"a signature behind a wrong one": {
			"X-Signature: !\r\n" + signature + "\r\n" + fmt.Sprintf(length, "2") + "{}", http.StatusUnauthorized,
		},
	} {
		connection := dial(t, address)
		fmt.Fprintf(connection, "POST / HTTP/1.1\r\nHost: receiver\r\n%s", test.headers)
		if test.want == http.StatusBadRequest {
			_ = connection.CloseWrite()
		}
		response, err := http.ReadResponse(bufio.NewReader(connection), nil)
		if err != nil {
			t.Errorf("%s was not answered: %v", name, err)
			continue
		}
		response.Body.Close()
		if response.StatusCode != test.want {
			t.Errorf("%s was answered with %d, want %d", name, response.StatusCode, test.want)
		}
	}
}

// dial connects until the test ends.
func dial(t *testing.T, address string) *net.TCPConn {
	t.Helper()
	receiver := netip.MustParseAddrPort(strings.TrimPrefix(address, "http://"))
	connection, err := new(net.Dialer).DialTCP(t.Context(), "tcp", netip.AddrPort{}, receiver)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { connection.Close() })
	return connection
}

// running is a receiver with the address that it says it listens on, and what it says afterwards.
type running struct {
	address string
	command *exec.Cmd
	output  *bufio.Reader
}

// loopback is an address of a receiver that listens on all.
func (r running) loopback(t *testing.T) string {
	t.Helper()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(r.address, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	return "http://127.0.0.1:" + port
}

// start runs the receiver until the test ends, or for a minute if it hangs.
func start(t *testing.T, command []string, secret string, environment ...string) running {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	receiver := exec.CommandContext(ctx, command[0], command[1:]...)
	receiver.Env = append(append(os.Environ(), "HOST=", "PORT=0", "CAKEMAIL_WEBHOOK_SECRET="+secret), environment...)
	output, err := receiver.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	receiver.Stderr = receiver.Stdout
	if err := receiver.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(output)
	t.Cleanup(func() {
		stop()
		_, _ = lines.WriteTo(t.Output())
		_ = receiver.Wait()
	})
	line, err := lines.ReadString('\n')
	address, found := strings.CutPrefix(strings.TrimSpace(line), "listening on ")
	if !found {
		t.Fatalf("the receiver says %q (%v), want where it listens", line, err)
	}
	return running{"http://" + address, receiver, lines}
}

func TestReceiversNeedASecret(t *testing.T) {
	t.Parallel()
	eachReceiver(t, func(t *testing.T, command []string) {
		t.Helper()
		for _, none := range []string{"", " \n"} {
			// One that starts nonetheless would never end.
			ctx, stop := context.WithTimeout(t.Context(), 10*time.Second)
			t.Cleanup(stop)
			receiver := exec.CommandContext(ctx, command[0], command[1:]...)
			receiver.Env = append(os.Environ(), "PORT=0", "CAKEMAIL_WEBHOOK_SECRET="+none)
			output, err := receiver.CombinedOutput()
			if _, exited := errors.AsType[*exec.ExitError](err); !exited || !strings.Contains(string(output), "CAKEMAIL_WEBHOOK_SECRET is not set") {
				t.Errorf("the secret %q: got %v and the output %q, want that the secret is missing", none, err, output)
			}
		}
	})
}
