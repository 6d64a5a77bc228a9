// Package mask keeps secrets out of the texts that people see.
package mask

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode"
)

const (
	// hidden replaces a secret.
	hidden = "***"
	// shortest keeps a one-letter password from masking every such letter.
	shortest = 4
	// longest bounds the time for a hostile text, in bytes.
	longest = 64 << 10
	// longestShown is how much of a text a message shows, in characters.
	longestShown = 300
)

// Secrets are texts that nobody may see. The zero value is ready for use, also concurrently.
type Secrets struct {
	mu   sync.Mutex
	seen map[string]bool
	// fresh are not spelled yet: most processes never mask anything.
	fresh     []string
	spellings map[string]bool
	// lengths are the lengths of all spellings by their first bytes, so that the search does not slow down with their number.
	lengths map[string][]int
}

// Add adds secrets of 4 bytes or more. Shorter ones are parts of too many words.
func (s *Secrets) Add(values ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, value := range values {
		if len(value) < shortest || s.seen[value] {
			continue
		}
		if s.seen == nil {
			s.seen, s.spellings, s.lengths = map[string]bool{}, map[string]bool{}, map[string][]int{}
		}
		s.seen[value] = true
		s.fresh = append(s.fresh, value)
	}
}

// Mask replaces every secret with "***", also in base64 and with the escapes of JSON, URLs or HTML. Of a text over
// 64 KiB, it returns only the length.
func (s *Secrets) Mask(text string) string {
	if len(text) > longest {
		return fmt.Sprintf("(%d bytes)", len(text))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, value := range s.fresh {
		for _, spelling := range spellings(value) {
			s.spellings[spelling] = true
			start := spelling[:shortest]
			if !slices.Contains(s.lengths[start], len(spelling)) {
				s.lengths[start] = append(s.lengths[start], len(spelling))
			}
		}
	}
	s.fresh = nil
	// Without its sign, a view shows the same as another.
	useful := slices.DeleteFunc(slices.Clone(views), func(v view) bool { return !strings.Contains(text, v.sign) })
	var masked strings.Builder
	end := 0
	for start := range len(text) {
		length := s.match(text[start:], useful)
		switch {
		case length > 0:
			if start >= end {
				masked.WriteString(hidden)
			}
			end = max(end, start+length)
		case start >= end:
			masked.WriteByte(text[start])
		}
	}
	return masked.String()
}

// match returns the length of the longest secret at the start of the text, or 0.
func (s *Secrets) match(text string, useful []view) int {
	found := 0
	for _, view := range useful {
		start, _ := view.read(text, shortest)
		lengths := s.lengths[start[:min(shortest, len(start))]]
		if len(lengths) == 0 {
			continue
		}
		plain, ends := view.read(text, slices.Max(lengths))
		for _, length := range lengths {
			if length <= len(plain) && s.spellings[plain[:length]] {
				found = max(found, ends[length-1])
			}
		}
	}
	return found
}

// Clean makes somebody else's text fit for a message: without secrets, control characters and other invisible
// characters, and at most 300 characters long.
func (s *Secrets) Clean(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s.Mask(text))
	text = strings.TrimSpace(text)
	if runes := []rune(text); len(runes) > longestShown {
		return string(runes[:longestShown]) + "…"
	}
	return text
}
