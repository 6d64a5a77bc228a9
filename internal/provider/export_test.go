package provider

import "slices"

// Settings are the names of the settings, and whether the API can change them in place.
func Settings() map[string]bool {
	names := map[string]bool{}
	for _, setting := range settings {
		names[setting.name] = setting.change == inPlace
	}
	return names
}

// SilenceMeansNone tells whether a webhook has no such setting when an answer lacks it.
func SilenceMeansNone(name string) bool {
	return slices.ContainsFunc(settings, func(s setting) bool { return s.name == name && s.kind.means() == none })
}
