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

// Mask replaces every secret with "***" in all known spellings: plain, JSON, URLs, HTML and base64. Of a text over
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
	var masked strings.Builder
	for text != "" {
		length := s.match(text)
		if length > 0 {
			masked.WriteString(hidden)
		} else {
			length = 1
			masked.WriteByte(text[0])
		}
		text = text[length:]
	}
	return masked.String()
}

// match returns the length of the longest spelling at the start of the text, or 0. If one secret begins with another,
// it must be masked whole.
func (s *Secrets) match(text string) int {
	found := 0
	for _, length := range s.lengths[text[:min(shortest, len(text))]] {
		if length > found && length <= len(text) && s.spellings[text[:length]] {
			found = length
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
