package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// program stands for the provider. It prints the version that it gets from the makefile.
const program = "package main\n\nimport \"os\"\n\nvar version = \"dev\"\n\nfunc main() { os.Stdout.WriteString(version) }\n"

// projectFolder is a folder with the makefile and the program, as in a release's tarball.
func projectFolder(t *testing.T, parent string) string {
	t.Helper()
	for _, command := range []string{"make", "git"} {
		if _, err := exec.LookPath(command); err != nil {
			t.Skipf("%s is not installed", command)
		}
	}
	makefile, err := os.ReadFile("GNUmakefile")
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(parent, "project")
	writeFile(t, filepath.Join(folder, "GNUmakefile"), string(makefile))
	writeFile(t, filepath.Join(folder, "go.mod"), "module example.com/program\n\ngo 1.26\n")
	writeFile(t, filepath.Join(folder, "main.go"), program)
	return folder
}

func writeFile(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run runs the command in the folder, without the developer's git settings, and returns the output.
func run(t *testing.T, folder string, environment []string, name string, arguments ...string) string {
	t.Helper()
	command := exec.CommandContext(t.Context(), name, arguments...)
	command.Dir = folder
	own := slices.DeleteFunc(os.Environ(), func(variable string) bool { return strings.HasPrefix(variable, "VERSION=") })
	command.Env = append(own, append([]string{
		"GOFLAGS=-buildvcs=auto", "GIT_CONFIG_GLOBAL=" + os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=me", "GIT_AUTHOR_EMAIL=me@example.com", "GIT_COMMITTER_NAME=me", "GIT_COMMITTER_EMAIL=me@example.com",
	}, environment...)...)
	output, err := command.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, arguments, err, output)
	}
	return string(output)
}

// repository makes the folder a repository with a commit for each tag, and an untagged commit.
func repository(t *testing.T, folder string, tags ...string) {
	t.Helper()
	run(t, folder, nil, "git", "init", "--quiet")
	for _, tag := range tags {
		run(t, folder, nil, "git", "commit", "--quiet", "--allow-empty", "--message", tag)
		run(t, folder, nil, "git", "tag", tag)
	}
	run(t, folder, nil, "git", "commit", "--quiet", "--allow-empty", "--message", "untagged")
}

func TestTheVersionIsThatOfThisRepository(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		enclosing, own []string
		unreadable     bool
		want           string
	}{
		"no repository": {want: "0.1.0"},
		"an enclosing repository with another's tag":   {enclosing: []string{"release-2024"}, want: "0.1.0"},
		"an enclosing repository with a version's tag": {enclosing: []string{"v9.9.9"}, want: "0.1.0"},
		"a repository without a tag":                   {own: []string{}, want: "0.1.0"},
		"a repository with a version's tag":            {own: []string{"v1.1.0", "v1.2.3"}, want: "1.2.3"},
		"a later tag that is no version":               {own: []string{"v1.2.3", "release-2024"}, want: "1.2.3"},
		"a repository within another":                  {enclosing: []string{"v9.9.9"}, own: []string{"v1.2.3"}, want: "1.2.3"},
		// Like a checkout of another owner, which git refuses to read.
		"a repository that cannot be read": {unreadable: true, want: "0.1.0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			folder := projectFolder(t, parent)
			if test.enclosing != nil {
				repository(t, parent, test.enclosing...)
			}
			if test.own != nil {
				repository(t, folder, test.own...)
			}
			if test.unreadable {
				writeFile(t, filepath.Join(folder, ".git", "HEAD"), "rubbish")
			}
			run(t, folder, nil, "make", "build")
			built := filepath.Join(folder, "terraform-provider-cakemail")
			if version := run(t, folder, nil, built); version != test.want {
				t.Errorf("the version is %s, want %s", version, test.want)
			}
		})
	}
}

func TestInstallPutsTheProviderWhereTerraformLooks(t *testing.T) {
	t.Parallel()
	for system, test := range map[string]struct{ plugins, suffix string }{
		"linux":   {"home/.terraform.d/plugins", ""},
		"darwin":  {"home/.terraform.d/plugins", ""},
		"windows": {"app data/terraform.d/plugins", ".exe"},
	} {
		t.Run(system, func(t *testing.T) {
			t.Parallel()
			parent := t.TempDir()
			folder := projectFolder(t, parent)
			writeFile(t, filepath.Join(folder, "terraform-provider-cakemail"+test.suffix), "built before")
			run(t, folder, []string{
				"GOOS=" + system, "GOARCH=amd64", "HOME=" + filepath.Join(parent, "home"),
				"APPDATA=" + strings.ReplaceAll(filepath.Join(parent, "app data"), "/", `\`),
			}, "make", "install", "--old-file=build", "VERSION=1.2.3")
			for _, host := range []string{"registry.terraform.io", "registry.opentofu.org"} {
				folder := filepath.Join(parent, test.plugins, host, "cakemail", "cakemail", "1.2.3", system+"_amd64")
				if _, err := os.Stat(filepath.Join(folder, "terraform-provider-cakemail_v1.2.3"+test.suffix)); err != nil {
					t.Errorf("the provider is not where Terraform looks: %v", err)
				}
			}
		})
	}
}

func TestTheAPIIsTold(t *testing.T) {
	t.Parallel()
	folder := projectFolder(t, t.TempDir())
	writeFile(t, filepath.Join(folder, "internal", "api", "main.go"), "package main\n\nimport (\"fmt\"; \"os\")\n\n"+
		"func main() { fmt.Printf(\"%q\", append(os.Args[1:], os.Getenv(\"FORM\"), os.Getenv(\"FAULT\"), os.Getenv(\"PORT\"))) }\n")
	for want, variables := range map[string][]string{
		`["" "" ""]`: nil,
		`["guide" "lost-create lagging-list" "2254"]`: {"FORM=guide", "FAULT=lost-create lagging-list", "PORT=2254"},
	} {
		none := []string{"FORM=", "FAULT=", "PORT="}
		if got := run(t, folder, none, "make", append([]string{"--no-print-directory", "api"}, variables...)...); got != want {
			t.Errorf("with %v, the API was started with %s, want %s", variables, got, want)
		}
	}
}

func TestCISaysThatItNeedsARepository(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("bash is not installed")
	}
	parent := t.TempDir()
	folder := projectFolder(t, parent)
	repository(t, parent, "v9.9.9")
	script, err := os.ReadFile(filepath.Join(".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(folder, ".ci", "run"), string(script))
	command := exec.CommandContext(t.Context(), "bash", ".ci/run")
	command.Dir = folder
	output, err := command.CombinedOutput()
	const want = ".ci/run needs a git checkout of this project, because it compares docs/ and examples/ with what is committed\n"
	if err == nil || string(output) != want {
		t.Errorf("got %v and the output %q, want a failure and %q", err, output, want)
	}
}

func TestCheckStopsAtTheFirstFailure(t *testing.T) {
	t.Parallel()
	folder := projectFolder(t, t.TempDir())
	command := exec.CommandContext(t.Context(), "make", "check", "CHECKS=build clean nothing help")
	command.Dir = folder
	output, err := command.CombinedOutput()
	shown := regexp.MustCompile(`(?m)^== .*`).FindAllString(regexp.MustCompile(`\d+ s\b`).ReplaceAllString(string(output), "N s"), -1)
	want := []string{"== build", "== build: passed in N s", "== clean", "== clean: passed in N s", "== nothing"}
	if err == nil || !slices.Equal(shown, want) {
		t.Errorf("got %v and %q, want a failure and %q", err, shown, want)
	}
}
