package provider

// Settings returns the names of the settings, and whether the API can change them in place.
func Settings() map[string]bool {
	names := map[string]bool{}
	for _, setting := range settings {
		names[setting.name] = setting.change == inPlace
	}
	return names
}
