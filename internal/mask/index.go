package mask

import (
	"cmp"
	"slices"
)

// index finds spellings by how they begin, so that neither adding nor finding one takes longer the more there are.
// The zero value is ready.
type index struct {
	spellings map[string]bool
	// lengths are those of all spellings that begin with these bytes, longest first: a secret
	// that begins with another must not be masked in part.
	lengths map[string][]int
}

func (x *index) add(spelling string) {
	if x.spellings == nil {
		x.spellings, x.lengths = map[string]bool{}, map[string][]int{}
	}
	x.spellings[spelling] = true
	start := spelling[:shortest]
	place, known := slices.BinarySearchFunc(x.lengths[start], len(spelling), func(a, b int) int { return cmp.Compare(b, a) })
	if !known {
		x.lengths[start] = slices.Insert(x.lengths[start], place, len(spelling))
	}
}

// match returns the length of the longest spelling that the text begins with, or 0.
func (x *index) match(text string) int {
	if len(text) < shortest {
		return 0
	}
	for _, length := range x.lengths[text[:shortest]] {
		if length <= len(text) && x.spellings[text[:length]] {
			return length
		}
	}
	return 0
}
