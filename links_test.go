package main

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// ownPages is the prefix of links from the registry's pages to files that only the repository has.
const ownPages = "https://github.com/cakemail/terraform-provider-cakemail/blob/main/"

var (
	fencedCode = regexp.MustCompile("(?ms)^ *```.*?^ *```$")
	link       = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading    = regexp.MustCompile(`(?m)^#+ (.+)$`)
	anchor     = regexp.MustCompile(`<a id="([^"]+)">`)
	notInSlug  = regexp.MustCompile(`[^\p{L}\p{N}_ -]`)
)

// It follows every link between the project's pages, to the file and to the heading.
func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	followed := 0
	for _, page := range pages(t) {
		for _, match := range link.FindAllStringSubmatch(readPage(t, page), -1) {
			target := match[1]
			own := strings.HasPrefix(target, ownPages)
			if strings.Contains(target, "://") && !own {
				continue
			}
			file, section, _ := strings.Cut(strings.TrimPrefix(target, ownPages), "#")
			switch {
			case file == "":
				file = page
			case !own:
				file = path.Join(path.Dir(page), file)
			}
			followed++
			if _, err := os.Stat(filepath.FromSlash(file)); err != nil {
				t.Errorf("%s links to %s, which does not exist", page, target)
				continue
			}
			if section != "" && !sections(readPage(t, file))[section] {
				t.Errorf("%s links to %s, but there is no such heading", page, target)
			}
		}
	}
	if followed < 50 {
		t.Errorf("followed %d links, which cannot be all", followed)
	}
}

// pages are all Markdown files except the tools'.
func pages(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	err = fs.WalkDir(os.DirFS("."), "docs", func(file string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(file, ".md") {
			found = append(found, file)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// readPage returns the page without its code.
func readPage(t *testing.T, page string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.FromSlash(page))
	if err != nil {
		t.Fatal(err)
	}
	return fencedCode.ReplaceAllString(string(content), "")
}

// sections are the anchors of the page's headings.
func sections(content string) map[string]bool {
	names := map[string]bool{}
	for _, match := range heading.FindAllStringSubmatch(content, -1) {
		names[strings.ReplaceAll(notInSlug.ReplaceAllString(strings.ToLower(match[1]), ""), " ", "-")] = true
	}
	for _, match := range anchor.FindAllStringSubmatch(content, -1) {
		names[match[1]] = true
	}
	return names
}
