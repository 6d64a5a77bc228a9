package main

import (
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// example is a configuration of one or more files in the same folder.
type example []string

func (e example) String() string {
	return strings.Join(e, " + ")
}

// snippets are the folders for the registry's pages. In these, each file is an example by itself.
var snippets = []string{"resources", "data-sources", "ephemeral-resources", "functions", "list-resources", "actions"}

func find(root string) ([]example, error) {
	folders := map[string]example{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.IsDir() && entry.Name() == ".terraform" {
			return filepath.SkipDir
		}
		if err == nil && isConfiguration(path) {
			folders[filepath.Dir(path)] = append(folders[filepath.Dir(path)], path)
		}
		return err
	})
	var examples []example
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		files := folders[folder]
		if !slices.Contains(snippets, filepath.Base(filepath.Dir(folder))) {
			examples = append(examples, files)
			continue
		}
		for _, file := range files {
			examples = append(examples, example{file})
		}
	}
	return examples, err
}

func isConfiguration(path string) bool {
	return strings.HasSuffix(path, ".tf") || strings.HasSuffix(path, ".tftest.hcl") || isQuery(path)
}

func isQuery(path string) bool {
	return strings.HasSuffix(path, ".tfquery.hcl")
}
