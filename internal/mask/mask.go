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
	// hidden stands for a secret.
	hidden = "***"
	// shortest keeps a password of one letter from masking every such letter of a text.
	shortest = 4
	// longest bounds, in bytes, the time that a hostile text can take.
	longest = 64 << 10
	// longestShown is how many characters a message shows of a text.
	longestShown = 300
)

// Secrets are the texts that nobody may see. The zero value is ready, and safe for concurrent use.
type Secrets struct {
	mu   sync.Mutex
	seen map[string]bool
	// fresh are those that are not spelled yet: most processes never mask anything.
	fresh     []string
	spellings map[string]bool
	// lengths are those of all spellings that begin with these bytes, so that finding one takes no longer the more there are.
	lengths map[string][]int
}

// Add adds secrets. It ignores those shorter than 4 bytes, which are parts of too many words.
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

// Mask replaces every secret by "***", in all spellings that it knows: as it is, and as JSON, URLs, HTML and base64
// write it. Of a text over 64 KiB it tells only the length.
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

// match returns the length of the longest spelling that the text begins with, or 0: a secret that begins with
// another must not be masked in part.
func (s *Secrets) match(text string) int {
	found := 0
	for _, length := range s.lengths[text[:min(shortest, len(text))]] {
		if length > found && length <= len(text) && s.spellings[text[:length]] {
			found = length
		}
	}
	return found
}

// Clean makes a text of somebody else fit for a message: no secrets, no control
// or other invisible characters, not more than 300 characters.
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
