package terraformcli

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/ProtonMail/go-crypto/openpgp"
	"github.com/ProtonMail/go-crypto/openpgp/armor"
	"github.com/ProtonMail/go-crypto/openpgp/packet"
)

const (
	terraformProgram = "the program"
	sumsFile         = "terraform_" + downloadedVersion + "_SHA256SUMS"
	zipFile          = "terraform_" + downloadedVersion + ".zip"
)

// releaseSite imitates releases.hashicorp.com with one release.
type releaseSite struct {
	*httptest.Server
	publicKey string
	files     map[string][]byte
	mu        sync.Mutex
	requests  int
}

func newReleaseSite(t *testing.T) *releaseSite {
	t.Helper()
	site := &releaseSite{files: map[string][]byte{}}
	site.Server = httptest.NewServer(site)
	t.Cleanup(site.Close)
	site.files[zipFile] = zipped(t, terraformProgram)
	site.files[sumsFile] = fmt.Appendf(nil, "%x  %s\n", sha256.Sum256(site.files[zipFile]), zipFile)
	site.files[sumsFile+".sig"], site.publicKey = signed(t, site.files[sumsFile])
	index, err := json.Marshal(map[string]any{
		"name": "terraform", "version": downloadedVersion, "shasums": sumsFile, "shasums_signature": sumsFile + ".sig",
		"builds": []map[string]string{{
			"name": "terraform", "version": downloadedVersion, "os": runtime.GOOS, "arch": runtime.GOARCH, "filename": zipFile,
			"url": "https://releases.example.com/terraform/" + downloadedVersion + "/" + zipFile,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	site.files["index.json"] = index
	return site
}

// ServeHTTP implements [http.Handler].
func (s *releaseSite) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	s.requests++
	s.mu.Unlock()
	file, found := s.files[strings.TrimPrefix(r.URL.Path, "/terraform/"+downloadedVersion+"/")]
	if !found {
		http.NotFound(w, r)
		return
	}
	switch filepath.Ext(r.URL.Path) {
	case ".json":
		w.Header().Set("Content-Type", "application/json")
	case ".zip":
		w.Header().Set("Content-Type", "application/zip")
	}
	_, _ = w.Write(file)
}

func zipped(t *testing.T, content string) []byte {
	t.Helper()
	var archive bytes.Buffer
	writer := zip.NewWriter(&archive)
	name := "terraform"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	for name, content := range map[string]string{name: content, "LICENSE.txt": "a license"} {
		file, err := writer.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(file, content); err != nil {
			t.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		t.Fatal(err)
	}
	return archive.Bytes()
}

// signed returns a signature by a new key, and the key. The standard library has no OpenPGP; this library is the one
// that hc-install verifies with.
func signed(t *testing.T, content []byte) ([]byte, string) {
	t.Helper()
	key, err := openpgp.NewEntity("releases", "", "releases@example.com", &packet.Config{Algorithm: packet.PubKeyAlgoEdDSA})
	if err != nil {
		t.Fatal(err)
	}
	var signature, public bytes.Buffer
	if err := openpgp.DetachSign(&signature, key, bytes.NewReader(content), nil); err != nil {
		t.Fatal(err)
	}
	armored, err := armor.Encode(&public, openpgp.PublicKeyType, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(key.Serialize(armored), armored.Close()); err != nil {
		t.Fatal(err)
	}
	return signature.Bytes(), public.String()
}

// bareMachine has no Terraform and an empty cache folder, whose path it returns.
func bareMachine(t *testing.T) string {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"PATH", "TF_ACC_TERRAFORM_PATH", "XDG_CACHE_HOME"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", home)
	t.Setenv("LocalAppData", home)
	cache, err := os.UserCacheDir()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(cache, "terraform-provider-cakemail")
}

func TestTheDownloadedVersionIsTheNewestThatTheWorkflowsTest(t *testing.T) {
	t.Parallel()
	workflow, err := os.ReadFile(filepath.Join("..", "..", ".github", "workflows", "test.yml"))
	if err != nil {
		t.Fatal(err)
	}
	tested := regexp.MustCompile(`terraform: \[.*"(\d+\.\d+\.)\*"\]`).FindSubmatch(workflow)
	if tested == nil || !strings.HasPrefix(downloadedVersion, string(tested[1])) {
		t.Errorf("the workflows test %q, and %s is downloaded", tested, downloadedVersion)
	}
}

func TestTerraformIsDownloadedOnce(t *testing.T) {
	cache, site := bareMachine(t), newReleaseSite(t)
	var out bytes.Buffer
	installer := installer{out: &out, site: site.URL, publicKey: site.publicKey}
	path, err := find(t.Context(), installer)
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(cache, "terraform-"+downloadedVersion)
	if filepath.Dir(path) != folder {
		t.Errorf("Terraform is %s, want it in %s", path, folder)
	}
	if content, err := os.ReadFile(path); err != nil || string(content) != terraformProgram {
		t.Errorf("got %q (error %v), want what the site has", content, err)
	}
	if file, err := os.Stat(path); runtime.GOOS != "windows" && (err != nil || file.Mode()&0o100 == 0) {
		t.Errorf("the program cannot be run (error %v)", err)
	}
	if out.String() != notInstalled {
		t.Errorf("it said %q, want %q", out.String(), notInstalled)
	}
	requests := site.requests
	out.Reset()

	again, err := find(t.Context(), installer)
	if err != nil || again != path {
		t.Errorf("the second time, got %s and the error %v, want %s", again, err, path)
	}
	if site.requests != requests || out.Len() != 0 {
		t.Errorf("the second time, %d requests were made, and it said %q", site.requests-requests, out.String())
	}
}

func TestWhatIsThereWins(t *testing.T) {
	for name, test := range map[string]struct{ variable, onPath, want string }{
		"TF_ACC_TERRAFORM_PATH":          {variable: "./named", onPath: "terraform", want: "named"},
		"TF_ACC_TERRAFORM_PATH on PATH":  {variable: "tofu", onPath: "tofu", want: "tofu"},
		"Terraform on PATH":              {onPath: "terraform", want: "terraform"},
		"OpenTofu where no Terraform is": {onPath: "tofu", want: "tofu"},
	} {
		t.Run(name, func(t *testing.T) {
			bareMachine(t)
			site := newReleaseSite(t)
			here, onPath := t.TempDir(), t.TempDir()
			t.Chdir(here)
			t.Setenv("TF_ACC_TERRAFORM_PATH", test.variable)
			t.Setenv("PATH", onPath)
			suffix := ""
			if runtime.GOOS == "windows" {
				suffix = ".exe"
			}
			folders := map[string]string{"named": here, test.onPath: onPath}
			for program, folder := range folders {
				if err := os.WriteFile(filepath.Join(folder, program+suffix), nil, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			want := filepath.Join(folders[test.want], test.want+suffix)
			var out bytes.Buffer
			path, err := find(t.Context(), installer{out: &out, site: site.URL, publicKey: site.publicKey})
			if err != nil || path != want {
				t.Errorf("got %s and the error %v, want %s", path, err, want)
			}
			if site.requests != 0 || out.Len() != 0 {
				t.Errorf("%d requests were made, and it said %q, want neither", site.requests, out.String())
			}
		})
	}
}

func TestANamedTerraformThatIsNotThere(t *testing.T) {
	bareMachine(t)
	t.Setenv("TF_ACC_TERRAFORM_PATH", "./none")
	if path, err := find(t.Context(), installer{}); err == nil || !strings.HasPrefix(err.Error(), "TF_ACC_TERRAFORM_PATH: ") {
		t.Errorf("got %q and the error %v, want one about the variable", path, err)
	}
}

func TestOnlyWhatIsVerifiedIsUsed(t *testing.T) {
	for name, damage := range map[string]func(*testing.T, *releaseSite){
		"a signature by another key": func(t *testing.T, site *releaseSite) {
			t.Helper()
			site.files[sumsFile+".sig"], _ = signed(t, site.files[sumsFile])
		},
		"checksums that were changed after the signature": func(_ *testing.T, site *releaseSite) {
			site.files[sumsFile] = append(site.files[sumsFile], '\n')
		},
		"another program": func(t *testing.T, site *releaseSite) {
			t.Helper()
			site.files[zipFile] = zipped(t, "another program")
		},
		"no such release": func(_ *testing.T, site *releaseSite) { delete(site.files, "index.json") },
		"no network":      func(_ *testing.T, site *releaseSite) { site.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			cache, site := bareMachine(t), newReleaseSite(t)
			damage(t, site)
			path, err := find(t.Context(), installer{out: io.Discard, site: site.URL, publicKey: site.publicKey})
			if _, ok := errors.AsType[*NotFoundError](err); !ok || path != "" {
				t.Fatalf("got %q and the error %v, want none found", path, err)
			}
			if left, err := os.ReadDir(cache); err != nil || len(left) != 0 {
				t.Errorf("the cache folder holds %v (error %v), want nothing", left, err)
			}
		})
	}
}

const notInstalled = "Terraform is not installed. Downloading " + downloadedVersion + " into your cache folder.\n"

// Without Terraform and network, there are three lines that repeat no word.
func TestNotFound(t *testing.T) {
	bareMachine(t)
	site := newReleaseSite(t)
	site.Close()
	var out bytes.Buffer
	_, refused := find(t.Context(), installer{out: &out, site: site.URL, publicKey: site.publicKey})
	lookup := &net.DNSError{Err: "no such host", Name: "releases.example.com", Server: "192.0.2.1:53", IsNotFound: true}
	noSuchHost := &NotFoundError{
		fmt.Errorf("getting the index: %w", &url.Error{Op: "Get", URL: site.URL, Err: &net.OpError{Op: "dial", Net: "tcp", Err: lookup}}),
	}
	const toDo = "Install it: https://developer.hashicorp.com/terraform/install"
	if want := "The download failed: no such host.\n" + toDo; out.String() != notInstalled || noSuchHost.Error() != want {
		t.Errorf("got:\n%s%v\nwant:\n%s%s", &out, noSuchHost, notInstalled, want)
	}
	if want := regexp.MustCompile("^The download failed: .*refused.*\\.\n" + regexp.QuoteMeta(toDo) + "$"); refused == nil ||
		!want.MatchString(refused.Error()) {
		t.Errorf("got %v, want %s", refused, want)
	}
	seen := map[string]bool{}
	for word := range strings.FieldsSeq(strings.ToLower(out.String() + noSuchHost.Error())) {
		if word = strings.Trim(word, ".:"); seen[word] {
			t.Errorf("%q is repeated", word)
		}
		seen[word] = true
	}
}

func TestWithoutACacheFolderNothingIsDownloaded(t *testing.T) {
	bareMachine(t)
	site := newReleaseSite(t)
	t.Setenv("HOME", "")
	t.Setenv("LocalAppData", "")
	_, err := find(t.Context(), installer{out: io.Discard, site: site.URL, publicKey: site.publicKey})
	if _, ok := errors.AsType[*NotFoundError](err); !ok {
		t.Errorf("got the error %v, want none found", err)
	}
	if site.requests != 0 {
		t.Errorf("%d requests were made, want none", site.requests)
	}
}

// Go tests packages in parallel, each in its own process.
func TestSeveralCanDownloadAtOnce(t *testing.T) {
	bareMachine(t)
	site := newReleaseSite(t)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			path, err := find(t.Context(), installer{out: io.Discard, site: site.URL, publicKey: site.publicKey})
			if err != nil {
				t.Error(err)
				return
			}
			if content, err := os.ReadFile(path); err != nil || string(content) != terraformProgram {
				t.Errorf("got %q (error %v), want what the site has", content, err)
			}
		})
	}
	group.Wait()
}

func TestVersionIn(t *testing.T) {
	t.Parallel()
	for printed, want := range map[string]string{
		"Terraform v1.11.4\non linux_amd64\n": "Terraform 11", "Terraform v1.15.9-dev": "Terraform 15", "OpenTofu v1.6.0": "OpenTofu 6",
		"\nWarning: something\n\nTerraform v1.16.0-rc2\n": "Terraform 16", "": "", "Terraform v2.0.0": "",
	} {
		name, minor, err := versionIn(printed)
		if got := fmt.Sprint(name, " ", minor); (err == nil) != (want != "") || err == nil && got != want {
			t.Errorf("%q: got %s (error %v), want %q", printed, got, err, want)
		}
	}
}
